// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gives one transactional id commands of several producers, zombies among them, in random order. Answers are
 * lost, and the state machine is rebuilt from its events.
 */
class RandomHistoryTest {
    private static final int STEPS = 4_000;
    private static final TransactionCoordinatorRecordSerde SERDE = new TransactionCoordinatorRecordSerde();

    /** A client with the id and epoch it last received. */
    private static final class Client {
        private final int number;
        private ProducerEpoch self = ProducerEpoch.NONE;

        Client(int number) {
            this.number = number;
        }
    }

    private final List<CoordinatorRecord> log = new ArrayList<>();
    private final Map<ProducerEpoch, Client> owners = new HashMap<>();
    private final Set<Long> producerIds = new HashSet<>();
    private SnapshotRegistry snapshots = new SnapshotRegistry(new LogContext());
    private TransactionShard shard = new TransactionShard(snapshots, Integer.MAX_VALUE);
    private ProducerEpoch newest;
    private long nextId = 1;
    private long now = 1;
    private TransactionCommand timeOut;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void epochsOnlyRiseAndEveryDecisionIsCompletedAsItWasMade(long seed) {
        Random random = new Random(seed);
        // Some histories begin near the last epoch, so that producer ids are used up.
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(new Client(i));
        }
        if (seed % 2 == 0) {
            ProducerHistory late = new ProducerHistory(nextId++, (short) (Short.MAX_VALUE - 20), (short) -1, -1, -1);
            producerIds.add(late.id());
            apply(SampleTransactions.in(TransactionState.EMPTY, late, Transactions.PLAIN));
        }
        for (int step = 0; step < STEPS; step++) {
            now += random.nextInt(50);
            Client client = clients.get(random.nextInt(clients.size()));
            try {
                step(random, client);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", step " + step + ", client " + client.number, e);
            }
        }
        assertThat(log).hasSizeGreaterThan(STEPS / 20);
    }

    private void step(Random random, Client client) {
        boolean answered = random.nextInt(10) > 0;
        switch (random.nextInt(9)) {
            case 0 ->
                grant(
                        client,
                        answered,
                        fresh -> new InitProducer(SampleTransactions.ID, 500, ProducerEpoch.NONE, fresh, now));
            case 1 ->
                grant(client, answered, fresh -> new InitProducer(SampleTransactions.ID, 500, client.self, fresh, now));
            case 2, 3 -> add(client, random);
            case 4, 5 -> {
                boolean commit = random.nextBoolean();
                boolean bumps = random.nextInt(3) > 0;
                grant(
                        client,
                        answered,
                        fresh -> bumps
                                ? new EndTransaction(client.self, commit, Transactions.BUMPING, fresh, now)
                                : new EndTransactionInEpoch(client.self, commit, now));
            }
            case 6 -> {
                timeOut = TransactionTimeouts.abortTimedOut(now);
                decide(timeOut);
            }
            case 7 -> {
                Transaction latest = shard.latest(SampleTransactions.ID);
                if (latest != null && latest.isPrepared()) {
                    decide(TransactionTimeouts.complete(latest, now));
                }
            }
            default -> {
                if (random.nextInt(20) == 0) {
                    rebuild();
                }
            }
        }
    }

    private void add(Client client, Random random) {
        Set<TopicPartition> partitions = Set.of(new TopicPartition("t", random.nextInt(5)));
        notFenced(
                client,
                decide(new AddPartitionsToTransaction(
                        client.self,
                        partitions,
                        random.nextBoolean() ? Transactions.BUMPING : Transactions.PLAIN,
                        now)));
    }

    /** Checks that a client with the newest epoch is not refused as a zombie. */
    private TransactionDecision notFenced(Client client, TransactionDecision decision) {
        if (client.self.equals(newest) && decision instanceof TransactionDecision.Refused refused) {
            assertThat(refused.error()).isNotIn(Errors.PRODUCER_FENCED, Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        return decision;
    }

    private void grant(Client client, boolean answered, LongFunction<TransactionCommand> command) {
        TransactionDecision decision = notFenced(client, decide(command.apply(-1)));
        if (decision instanceof TransactionDecision.ProducerIdNeeded) {
            decision = decide(command.apply(nextId++));
        }
        ProducerEpoch granted = null;
        if (decision instanceof TransactionDecision.Changed changed && changed.answer() == Errors.NONE) {
            granted = changed.next().nextProducerEpoch();
            newest = granted;
        } else if (decision instanceof TransactionDecision.Unchanged unchanged) {
            granted = unchanged.now().producer().now();
        }
        if (granted != null) {
            Client owner = owners.putIfAbsent(granted, client);
            assertThat(owner == null || owner == client)
                    .as(granted + " was given to client " + (owner == null ? "" : owner.number))
                    .isTrue();
            if (answered) {
                client.self = granted;
            }
        }
    }

    private TransactionDecision decide(TransactionCommand command) {
        Transaction before = shard.latest(SampleTransactions.ID);
        var result = shard.decide(SampleTransactions.ID, command);
        if (!result.records().isEmpty()) {
            Transaction next = ((TransactionDecision.Changed) result.response()).next();
            check(before, next);
            apply(next);
            if (((TransactionDecision.Changed) result.response()).answer() != Errors.NONE || command.equals(timeOut)) {
                newest = null;
            }
        }
        return result.response();
    }

    private void apply(Transaction next) {
        CoordinatorRecord event = TransactionRecords.record(next);
        log.add(event);
        replay(event);
        assertThat(shard.latest(SampleTransactions.ID)).isEqualTo(next);
    }

    private void replay(CoordinatorRecord event) {
        shard.replay(
                0,
                -1,
                (short) -1,
                SERDE.deserialize(
                        ByteBuffer.wrap(SERDE.serializeKey(event)), ByteBuffer.wrap(SERDE.serializeValue(event))));
    }

    private void rebuild() {
        Transaction before = shard.latest(SampleTransactions.ID);
        snapshots = new SnapshotRegistry(new LogContext());
        shard = new TransactionShard(snapshots, Integer.MAX_VALUE);
        log.forEach(this::replay);
        assertThat(shard.latest(SampleTransactions.ID)).isEqualTo(before);
    }

    private void check(Transaction before, Transaction next) {
        ProducerHistory is = next.producer();
        if (before == null) {
            assertThat(producerIds.add(is.id())).isTrue();
            return;
        }
        ProducerHistory was = before.producer();
        if (is.id() == was.id()) {
            assertThat(is.epoch()).isGreaterThanOrEqualTo(was.epoch());
        } else {
            assertThat(producerIds.add(is.id()))
                    .as("producer ids are used once")
                    .isTrue();
            assertThat(is.epoch()).isZero();
        }
        assertThat(next.state().validPreviousStates()).contains(before.state());
        if (before.isPrepared()) {
            assertThat(next.state())
                    .isEqualTo(
                            before.state() == TransactionState.PREPARE_COMMIT
                                    ? TransactionState.COMPLETE_COMMIT
                                    : TransactionState.COMPLETE_ABORT);
        }
        if (next.isPrepared()) {
            assertThat(next.partitions()).isEqualTo(before.partitions());
        }
        if (next.bumpsEpochs() && next.isPrepared() && was.epoch() < Short.MAX_VALUE) {
            assertThat(is.epoch()).as("the marker's epoch fences").isGreaterThan(was.epoch());
        }
    }
}
