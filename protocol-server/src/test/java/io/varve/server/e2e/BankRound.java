// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.e2e.history.History;
import io.varve.server.e2e.history.HistoryCheck;
import io.varve.server.e2e.history.HistoryRecorder;
import io.varve.server.e2e.history.PlacedEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tellers and readers of one bank while the broker is disturbed; then stops them and checks their
 * history.
 */
final class BankRound {
    private static final Logger LOG = LoggerFactory.getLogger(BankRound.class);
    private static final int ACCOUNTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int SHOWN_VIOLATIONS = 20;

    private final String topic;
    private final long seed;
    private final HistoryRecorder recorder = new HistoryRecorder();
    private final AtomicBoolean isOpen = new AtomicBoolean(true);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<Integer>> tellers = new ArrayList<>();

    /** Disturbs the broker during a round. */
    interface Trouble {
        /** Makes trouble; returns the broker that runs afterwards. */
        Broker make(Broker broker) throws Exception;
    }

    BankRound(String topic, long seed) {
        this.topic = topic;
        this.seed = seed;
    }

    /**
     * Plays the round with some tellers; returns the broker that runs afterwards, or fails and leaves none.
     */
    Broker play(Broker first, int count, Trouble trouble) throws Exception {
        Broker broker = first;
        try (Admin admin = JavaClientsIT.admin(first)) {
            admin.createTopics(List.of(new NewTopic(topic, ACCOUNTS, (short) 1)))
                    .all()
                    .get();
            BankReader reader = new BankReader(first, topic, ACCOUNTS);
            BankTeller.Bank bank = new BankTeller.Bank(first, topic, ACCOUNTS, isOpen::get, threads);
            Future<List<PlacedEntry>> live = threads.submit(reader.live(recorder, isOpen::get));
            for (int teller = 0; teller < count; teller++) {
                tellers.add(threads.submit(new BankTeller(bank, teller, seed, recorder)));
            }
            broker = trouble.make(broker);
            isOpen.set(false);
            for (Future<Integer> teller : tellers) {
                teller.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            TransactionsIT.awaitNoOpenTransaction(broker, topic);
            judge(live.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), reader);
        } catch (Throwable e) {
            tellers.forEach(teller -> addFailure(teller, e));
            e.addSuppressed(new AssertionError("repeat with -Dvarve.test.bank.seed=" + seed));
            broker.close();
            throw e;
        } finally {
            isOpen.set(false);
            threads.shutdownNow();
        }
        return broker;
    }

    /** All that a consumer of this isolation level is shown of the round. */
    List<PlacedEntry> shown(Broker broker, String isolation) {
        return new BankReader(broker, topic, ACCOUNTS).all(isolation);
    }

    /** Waits until so many more transactions are committed. */
    void awaitCommitted(int more) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int wanted = recorder.committed() + more;
        while (!recorder.awaitCommitted(wanted, 1, TimeUnit.SECONDS)) {
            assertThat(tellers).as("tellers that gave up").noneMatch(Future::isDone);
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
        }
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

    /** Reads everything and looks for faults in it. */
    private void judge(List<PlacedEntry> live, BankReader reader) {
        List<PlacedEntry> committed = reader.all("read_committed");
        List<PlacedEntry> everything = reader.all("read_uncommitted");
        History history = recorder.history(live, committed, everything);
        List<String> violations = HistoryCheck.violations(history);
        assertThat(violations.stream().limit(SHOWN_VIOLATIONS))
                .as("%s violations", violations.size())
                .isEmpty();
        LOG.warn(
                "{} with seed {}: {} transactions, {} entries, of these {} committed and {} shown live, {} cuts",
                topic,
                seed,
                history.attempts().size(),
                everything.size(),
                committed.size(),
                live.size(),
                history.cuts().size());
    }
}
