// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.e2e.history.PlacedEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Moves money between accounts in transactions of many producers, while producers are fenced and killed and
 * the server is killed and restarted; then checks the history of all clients.
 * {@code -Dvarve.test.bank.seconds} makes the test longer, in rounds with a topic and a seed each;
 * {@code -Dvarve.test.bank.seed} repeats the decisions of the first round.
 */
class BankIT {
    private static final int TELLERS = 6;
    private static final Duration ROUND = Duration.ofSeconds(20);

    /**
     * So that what coordinators know is compacted while they know it, when the bank is open for more than a
     * few seconds.
     */
    private static final String[] SOON_COMPACTED = {
        "offsets.topic.num.partitions=1",
        "offsets.topic.segment.bytes=1048576",
        "transaction.state.log.num.partitions=1",
        "transaction.state.log.segment.bytes=1048576",
        "log.cleaner.backoff.ms=100",
        "log.cleaner.min.cleanable.ratio=0.01"
    };

    private final Duration time = Duration.ofSeconds(Long.getLong("varve.test.bank.seconds", 12));
    private final long firstSeed = Long.getLong("varve.test.bank.seed", System.nanoTime() % 1_000_000);

    @TempDir
    Path directory;

    @Test
    void noMoneyIsLostOrMade() throws Exception {
        Broker broker = Broker.start(directory, SOON_COMPACTED);
        long end = System.nanoTime() + time.toNanos();
        for (long seed = firstSeed; System.nanoTime() < end; seed++) {
            BankRound round = new BankRound("bank-" + seed, seed);
            Random random = new Random(seed);
            long roundEnd = Math.min(end, System.nanoTime() + ROUND.toNanos());
            broker = round.play(broker, TELLERS, started -> {
                Broker running = started;
                while (System.nanoTime() < roundEnd) {
                    round.awaitCommitted(20 + random.nextInt(300));
                    running = restarted(running, random.nextInt(4) > 0);
                }
                return running;
            });
            broker = sameAfterOneMoreCrash(broker, round);
        }
        broker.close();
    }

    private static Broker sameAfterOneMoreCrash(Broker broker, BankRound round) {
        List<PlacedEntry> committed = round.shown(broker, "read_committed");
        List<PlacedEntry> everything = round.shown(broker, "read_uncommitted");
        Broker again = restarted(broker, true);
        assertThat(round.shown(again, "read_committed")).containsExactlyInAnyOrderElementsOf(committed);
        assertThat(round.shown(again, "read_uncommitted")).containsExactlyInAnyOrderElementsOf(everything);
        return again;
    }

    private static Broker restarted(Broker broker, boolean crash) {
        // Kafka 4.3, alone and stopped in order, takes partitions for deleted and leaves transactions in them
        // open for ever.
        if (crash || Broker.IS_KAFKA) {
            broker.crash();
        } else {
            broker.stop();
        }
        return broker.again();
    }
}
