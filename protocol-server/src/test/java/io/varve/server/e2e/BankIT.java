// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.e2e.history.History;
import io.varve.server.e2e.history.HistoryCheck;
import io.varve.server.e2e.history.HistoryRecorder;
import io.varve.server.e2e.history.Placed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many producers move money in transactions, while they are fenced and killed and the server is killed and started again; then what everybody
 * saw is judged. {@code -Dvarve.test.bank.seconds} makes it longer, in rounds of a topic and a seed each; {@code -Dvarve.test.bank.seed} repeats
 * the first one's decisions.
 */
class BankIT {
    private static final Logger LOG = LoggerFactory.getLogger(BankIT.class);
    private static final int TELLERS = 6;
    private static final int ACCOUNTS = 5;
    private static final Duration ROUND = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int SHOWN_VIOLATIONS = 20;

    private final Duration time = Duration.ofSeconds(Long.getLong("varve.test.bank.seconds", 12));
    private final long firstSeed = Long.getLong("varve.test.bank.seed", System.nanoTime() % 1_000_000);

    @TempDir
    Path directory;

    @Test
    void noMoneyIsLostOrMade() throws Exception {
        Broker broker = Broker.start(directory, "offsets.topic.num.partitions=4");
        try {
            long end = System.nanoTime() + time.toNanos();
            for (long seed = firstSeed; System.nanoTime() < end; seed++) {
                broker = round(broker, seed, Math.min(ROUND.toNanos(), end - System.nanoTime()));
            }
            broker.stop();
        } finally {
            broker.close();
        }
    }

    private Broker round(Broker first, long seed, long nanos) throws Exception {
        String topic = "bank-" + seed;
        try (Admin admin = JavaClientsIT.admin(first)) {
            admin.createTopics(List.of(new NewTopic(topic, ACCOUNTS, (short) 1)))
                    .all()
                    .get();
        }
        HistoryRecorder recorder = new HistoryRecorder();
        AtomicBoolean isOpen = new AtomicBoolean(true);
        BankReader reader = new BankReader(first, topic, ACCOUNTS);
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<Integer>> tellers = new ArrayList<>();
        Broker broker = first;
        try {
            BankTeller.Bank bank = new BankTeller.Bank(first, topic, ACCOUNTS, isOpen::get, threads);
            Future<List<Placed>> live = threads.submit(reader.live(recorder, isOpen::get));
            for (int teller = 0; teller < TELLERS; teller++) {
                tellers.add(threads.submit(new BankTeller(bank, teller, seed, recorder)));
            }
            Random random = new Random(seed);
            for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
                awaitProgress(recorder, 50 + random.nextInt(400), tellers);
                // Kafka 4.3, alone and stopped in order, takes partitions for deleted and leaves their transactions
                // open for ever.
                broker = restarted(broker, random.nextInt(4) > 0 || Broker.IS_KAFKA);
            }
            isOpen.set(false);
            for (Future<Integer> teller : tellers) {
                teller.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            TransactionsIT.awaitNoOpenTransaction(broker, topic);
            broker = judge(broker, seed, recorder, live.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), reader);
        } catch (Throwable e) {
            tellers.forEach(teller -> addFailure(teller, e));
            broker.close();
            throw e;
        } finally {
            isOpen.set(false);
            threads.shutdownNow();
        }
        return broker;
    }

    private static void addFailure(Future<Integer> teller, Throwable to) {
        try {
            if (teller.isDone()) {
                teller.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            to.addSuppressed(e);
        }
    }

    private static void awaitProgress(HistoryRecorder recorder, int more, List<Future<Integer>> tellers)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int wanted = recorder.committed() + more;
        while (!recorder.awaitCommitted(wanted, 1, TimeUnit.SECONDS)) {
            assertThat(tellers).as("tellers that gave up").noneMatch(Future::isDone);
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
        }
    }

    private static Broker restarted(Broker broker, boolean crash) {
        if (crash) {
            broker.crash();
        } else {
            broker.stop();
        }
        return broker.again();
    }

    /** Reads everything, also after one more crash, and looks for faults in it. */
    private static Broker judge(
            Broker broker, long seed, HistoryRecorder recorder, List<Placed> live, BankReader reader) {
        List<Placed> committed = reader.all("read_committed");
        List<Placed> everything = reader.all("read_uncommitted");
        broker.crash();
        Broker again = broker.again();
        assertThat(reader.all("read_committed")).containsExactlyInAnyOrderElementsOf(committed);
        assertThat(reader.all("read_uncommitted")).containsExactlyInAnyOrderElementsOf(everything);

        History history = recorder.history(live, committed, everything);
        List<String> violations = HistoryCheck.violations(history);
        assertThat(violations.stream().limit(SHOWN_VIOLATIONS))
                .as(
                        "%s violations in %s transactions; repeat with -Dvarve.test.bank.seed=%s",
                        violations.size(), history.attempts().size(), seed)
                .isEmpty();
        LOG.warn(
                "Seed {}: {} transactions, {} entries, of these {} committed and {} shown live, {} cuts",
                seed,
                history.attempts().size(),
                everything.size(),
                committed.size(),
                live.size(),
                history.cuts().size());
        return again;
    }
}
