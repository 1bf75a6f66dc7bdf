// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SyncFailures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests when a round of the committer begins, on a storage whose syncs take virtual time. */
class CommitPaceTest {
    private static final long FORCE = 400_000;
    private static final long ROUND_TRIP = 50_000;

    private final MemoryStorage memory = new MemoryStorage();
    private final VirtualTime time = new VirtualTime(1_000);
    private final PartitionLog log = PartitionLog.open(
            memory.open(new PartitionId("t", new UUID(1, 2), 0), 0, PartitionSettings.DEFAULT),
            0,
            PartitionConfig.DEFAULT,
            time,
            (of, records) -> this.committer.request(of));
    /** When each sync began, in ns since the start. */
    private final List<Long> begins = new ArrayList<>();

    private final long start = time.nanos();
    private long force = FORCE;
    private final Committer committer = new Committer(
            new ForwardingStorage(memory) {
                @Override
                public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
                    begins.add(now());
                    SyncFailures failures = memory.sync(dirty); // nothing that is appended meanwhile
                    time.advanceNanos(force);
                    return failures;
                }
            },
            time,
            time,
            Durability.SYNC,
            committed -> {},
            again -> {},
            Metrics.NONE);

    private int answered;

    private long now() {
        return time.nanos() - start;
    }

    /** Sends a request after some ns, and runs an action when it is answered. */
    private void send(long after, Runnable action) {
        time.scheduleNanos(
                after,
                () -> log.awaitHighWatermark(
                        log.appender()
                                .append(LogBatches.at(5, "a"), AppendOrigin.CLIENT)
                                .nextOffset(),
                        failure -> {
                            assertThat(failure).isNull();
                            answered++;
                            action.run();
                        }));
    }

    /** Sends a request, and the next one a round trip after its answer, until a time, see {@link #now}. */
    private void repeat(long after, long until) {
        send(after, () -> {
            if (now() < until) {
                repeat(ROUND_TRIP, until);
            }
        });
    }

    @Test
    void aLoneRequestOnAnIdleServerWaitsForNothing() {
        for (int i = 0; i < 5; i++) {
            send(5_000_000L * i, () -> {});
        }
        time.advance(30);
        assertThat(begins).containsExactly(0L, 5_000_000L, 10_000_000L, 15_000_000L, 20_000_000L);
        assertThat(answered).isEqualTo(5);
    }

    @Test
    void aLoneClientThatSendsAgainAfterEachAnswerWaitsForNothing() {
        repeat(0, 10 * (FORCE + ROUND_TRIP));
        time.advance(100);
        assertThat(begins).hasSize(11);
        assertThat(begins.get(10)).isEqualTo(10 * (FORCE + ROUND_TRIP));
    }

    /** At once, the five would split into two halves that alternate. */
    @Test
    void requestsInFlightShareOneRound() {
        for (int i = 0; i < 5; i++) {
            repeat(20_000L * i, 100_000_000);
        }
        time.advance(200);
        double rounds = begins.size();
        assertThat(answered / rounds).isGreaterThan(4.8);
        assertThat(rounds).isGreaterThan(0.9 * 100_000_000 / (FORCE + ROUND_TRIP));
    }

    @Test
    void waitsForAPartOfAnAverageRoundWhereClientsDoNotSendAgain() {
        send(0, () -> {});
        send(1_000, () -> {});
        send(1_000, () -> {});
        time.advance(1);
        assertThat(begins).containsExactly(0L, FORCE + FORCE / CommitPace.PART);
        assertThat(answered).isEqualTo(3);
    }

    @Test
    void aStalledRoundDoesNotMakeTheNextOnesWaitAsLong() {
        repeat(0, 5_000_000);
        time.advance(10);
        force = 10_000_000_000L;
        send(0, () -> {});
        time.advance(1);
        force = FORCE;
        begins.clear();
        send(0, () -> {});
        send(1_000, () -> {});
        send(1_000, () -> {});
        time.advance(10);
        assertThat(begins).hasSize(2);
        assertThat(begins.get(1) - begins.get(0)).isBetween(FORCE + 1, 2 * FORCE);
    }

    @Test
    void aCloseCommitsWhatWaitsForMore() {
        for (int i = 0; i < 3; i++) {
            send(0, () -> {});
        }
        time.advanceNanos(FORCE + 2_000);
        assertThat(begins).as("the first has been answered and sends nothing").hasSize(1);
        committer.close(0);
        assertThat(begins).containsExactly(0L, FORCE + 2_000);
        assertThat(answered).isEqualTo(3);
    }
}
