// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.server.e2e.history.Attempt;
import io.varve.server.e2e.history.HistoryEntry;
import io.varve.server.e2e.history.HistoryRecorder;
import io.varve.server.e2e.history.OffsetSeen;
import io.varve.server.e2e.history.PlacedEntry;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Moves money between accounts in transactions of one transactional id. Each transaction commits, aborts, is
 * fenced by another producer of the id, or is killed; the teller records what it knows of each. The seed
 * determines what the teller attempts, not the outcome.
 */
final class BankTeller implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Bank bank;
    private final int number;
    private final TransactionProtocol protocol;
    private final Random random;
    private final HistoryRecorder recorder;
    private final ConsumerGroupMetadata group;
    private Producer<String, String> producer;

    /** How a transaction is to end. */
    private enum Ending {
        COMMIT,
        ABORT,
        /** Another producer of the same transactional id takes over; the first tries to commit after that. */
        FENCED,
        /** Another takes over while the first commits. */
        RACED,
        /** The client dies while it commits. */
        KILLED;

        static Ending pick(Random random) {
            int percent = random.nextInt(100);
            return percent < 70 ? COMMIT : percent < 88 ? ABORT : percent < 92 ? FENCED : percent < 96 ? RACED : KILLED;
        }
    }

    /**
     * The accounts under test, and the resources that the clients share.
     *
     * @param broker the broker of the topic
     * @param topic has a partition for each account
     * @param accounts number of accounts
     * @param isOpen false when the tellers must stop
     * @param threads runs concurrent tasks
     */
    record Bank(Broker broker, String topic, int accounts, BooleanSupplier isOpen, Executor threads) {}

    BankTeller(Bank bank, int number, long seed, HistoryRecorder recorder) {
        this.bank = bank;
        this.number = number;
        this.recorder = recorder;
        protocol = TransactionProtocol.values()[number % TransactionProtocol.values().length];
        random = new Random(seed * 31 + number);
        group = TransactionOffsetsIT.noMember(bank.broker(), transactionalId());
    }

    private String transactionalId() {
        return bank.topic() + "-" + number;
    }

    /** Works until the bank closes; returns the number of transactions. */
    @Override
    public Integer call() {
        takeOver();
        try {
            while (bank.isOpen().getAsBoolean()) {
                transfer();
            }
            takeOver();
        } finally {
            producer.close(Duration.ZERO);
        }
        return recorder.begun(number);
    }

    /** Becomes the only producer of the transactional id, which settles what came before. */
    private void takeOver() {
        int before = recorder.begun(number);
        producer = initialised();
        recorder.settled(number, before);
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(
                bank.broker(), Map.of("group.id", transactionalId(), "isolation.level", "read_committed"))) {
            TopicPartition at = new TopicPartition(bank.topic(), 0);
            OffsetAndMetadata offset = consumer.committed(Set.of(at), PATIENCE).get(at);
            recorder.seen(new OffsetSeen(number, before, offset == null ? -1 : offset.offset()));
        }
    }

    private Producer<String, String> initialised() {
        Map<String, Object> settings = Map.of(
                "max.block.ms", PATIENCE.toMillis(),
                "linger.ms", 0,
                "retry.backoff.ms", 20,
                "retry.backoff.max.ms", 100,
                "reconnect.backoff.max.ms", 100);
        Producer<String, String> next = protocol.producer(bank.broker(), transactionalId(), settings);
        try {
            next.initTransactions();
        } catch (KafkaException e) {
            next.close(Duration.ZERO);
            throw e;
        }
        return next;
    }

    private void transfer() {
        boolean withOffset = random.nextBoolean();
        Ending ending = Ending.pick(random);
        int from = random.nextInt(bank.accounts());
        int to = (from + 1 + random.nextInt(bank.accounts() - 1)) % bank.accounts();
        long amount = 1 + random.nextInt(1_000);
        Attempt.Id id = recorder.begin(number, withOffset);
        try {
            producer.beginTransaction();
            Future<RecordMetadata> gives = send(from, new HistoryEntry(id, 0, -amount));
            Future<RecordMetadata> gets = send(to, new HistoryEntry(id, 1, amount));
            if (withOffset) {
                producer.sendOffsetsToTransaction(
                        Map.of(new TopicPartition(bank.topic(), 0), new OffsetAndMetadata(id.number())), group);
            }
            gives.get();
            gets.get();
        } catch (KafkaException | ExecutionException e) {
            // Nobody has asked to commit it, and nobody will.
            recorder.asked(id);
            recorder.ended(id, Attempt.Outcome.ABORTED);
            replace();
            return;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        // The server lets a transaction begin when the one before it is decided everywhere.
        recorder.settled(number, id.number());
        end(id, ending);
    }

    private Future<RecordMetadata> send(int account, HistoryEntry entry) {
        return producer.send(
                new ProducerRecord<>(bank.topic(), account, "account-" + account, entry.text()), (record, failure) -> {
                    if (failure == null) {
                        recorder.acknowledged(new PlacedEntry(record.partition(), record.offset(), entry));
                    }
                });
    }

    private void end(Attempt.Id id, Ending ending) {
        Producer<String, String> first = producer;
        recorder.asked(id);
        switch (ending) {
            case COMMIT -> {
                if (commit(first, id)) {
                    return;
                }
            }
            case ABORT -> {
                recorder.ended(id, Attempt.Outcome.ABORTED);
                if (succeeds(first::abortTransaction)) {
                    return;
                }
            }
            case FENCED -> {
                takeOver();
                if (!commit(first, id)) {
                    recorder.ended(id, Attempt.Outcome.ABORTED);
                }
                first.close(Duration.ZERO);
                return;
            }
            case RACED -> {
                CompletableFuture<Boolean> commit =
                        CompletableFuture.supplyAsync(() -> commit(first, id), bank.threads());
                takeOver();
                commit.join();
                first.close(Duration.ZERO);
                return;
            }
            case KILLED -> {
                CompletableFuture<Boolean> commit =
                        CompletableFuture.supplyAsync(() -> commit(first, id), bank.threads());
                first.close(Duration.ofMillis(random.nextInt(3)));
                // It may have been closed before it began to commit.
                commit.exceptionally(closed -> false).join();
            }
        }
        replace();
    }

    private boolean commit(Producer<String, String> by, Attempt.Id id) {
        boolean committed = succeeds(by::commitTransaction);
        if (committed) {
            recorder.ended(id, Attempt.Outcome.COMMITTED);
        }
        return committed;
    }

    /** Whether the server did it; when not, nobody knows what it did, and this producer is of no more use. */
    private static boolean succeeds(Runnable end) {
        try {
            end.run();
            return true;
        } catch (KafkaException e) {
            return false;
        }
    }

    private void replace() {
        producer.close(Duration.ZERO);
        takeOver();
    }
}
