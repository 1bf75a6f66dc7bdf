// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.AppendListener;
import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SyncFailures;
import io.varve.core.transaction.VerificationGuard;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests when an event loop commits by itself. The committer's agent has its turn in virtual time only. */
class LoopRoundsTest {
    private final MemoryStorage memory = new MemoryStorage();
    private final VirtualTime time = new VirtualTime(1_000);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final EventLoop loop = new EventLoop() {
        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Runnable schedule(long nanos, Runnable task) {
            if (ending) {
                throw new RejectedExecutionException("ending");
            }
            return time.scheduleNanos(nanos, task)::cancel;
        }
    };
    private boolean ending;
    private boolean syncsAreShort = true;
    private boolean storageFails;
    private long syncNanos = 100_000;
    private int syncs;

    private final Committer committer = new Committer(
            new ForwardingStorage(memory) {
                @Override
                public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
                    syncs++;
                    time.advanceNanos(syncNanos);
                    return memory.sync(dirty);
                }

                @Override
                public boolean isSyncShort(Collection<? extends PartitionStore> dirty) {
                    if (storageFails) {
                        throw new IllegalStateException("as the test wants");
                    }
                    return syncsAreShort;
                }
            },
            time,
            time,
            Durability.SYNC,
            committed -> {},
            again -> {},
            Metrics.NONE);

    private final PartitionLog log = PartitionLog.open(
            memory.open(new PartitionId("t", new UUID(1, 2), 0), 0, PartitionSettings.DEFAULT),
            0,
            PartitionConfig.DEFAULT,
            time,
            new AppendListener() {
                @Override
                public void appended(PartitionLog to, long records) {
                    committer.request(to);
                }

                @Override
                public void appended(PartitionLog to, long records, EventLoop on) {
                    committer.request(to, on);
                }
            });

    @AfterEach
    void end() {
        committer.close(0);
        time.runReady();
    }

    /** Lets the agent commit, also after it has waited for more requests. */
    private void runAgent() {
        time.runReady();
        time.advanceNanos(10 * syncNanos);
    }

    private void append(Executor on, EventLoop committing) {
        log.appender()
                .append(
                        log.appender().check(LogBatches.at(5, "a"), AppendOrigin.CLIENT, DecompressionMeter.NONE),
                        VerificationGuard.NONE,
                        on,
                        committing);
    }

    private void runLoop() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Has all requests come from the loop for long enough; the agent answers the last of them. */
    private void beAlone() {
        for (int i = 1; i < LoopRounds.ALONE; i++) {
            append(loop, loop);
        }
        runLoop();
        runAgent();
        syncs = 0;
    }

    private boolean isAnswered() {
        return log.highWatermark() == log.logEndOffset();
    }

    @Test
    void aLoopThatIsAloneCommitsWhatItHasAppendedByOneSync() {
        beAlone();
        append(loop, loop);
        append(loop, loop);
        append(loop, loop);
        runLoop();
        assertThat(isAnswered()).isTrue();
        assertThat(syncs).isEqualTo(1);
    }

    @Test
    void theAgentCommitsWhatALoopFailedTo() {
        beAlone();
        append(loop, loop);
        storageFails = true;
        assertThatThrownBy(this::runLoop).isInstanceOf(IllegalStateException.class);
        runAgent();
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void oneThatMayNotWaitDoesNot() {
        beAlone();
        append(loop, null);
        runLoop();
        assertThat(isAnswered()).isFalse();
        runAgent();
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void oneThatHasNotBeenAloneForLongDoesNot() {
        beAlone();
        append(Runnable::run, null);
        runAgent();
        append(loop, loop);
        runLoop();
        assertThat(isAnswered()).isFalse();
        runAgent();
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void aSyncThatMayTakeLongIsTheAgents() {
        beAlone();
        syncsAreShort = false;
        append(loop, loop);
        runLoop();
        assertThat(isAnswered()).isFalse();
        runAgent();
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void roundsThatTakeLongAreTheAgents() {
        syncNanos = LoopRounds.SHORT + 1;
        beAlone();
        append(loop, loop);
        runLoop();
        assertThat(isAnswered()).isFalse();
        runAgent();
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void aLoopThatHasEndedLeavesItsRequestsToTheAgent() {
        beAlone();
        EventLoop ended = new EventLoop() {
            private int taken;

            @Override
            public void execute(Runnable task) {
                if (++taken > LoopRounds.ALONE) {
                    throw new RejectedExecutionException("ended");
                }
                task.run();
            }

            @Override
            public Runnable schedule(long nanos, Runnable task) {
                throw new RejectedExecutionException("ended");
            }
        };
        for (int i = 0; i < LoopRounds.ALONE; i++) {
            append(ended, ended);
            runAgent();
        }
        assertThat(isAnswered()).isTrue();
    }

    /** Lets so many rounds run on the loop, of so many requests each; the last of them has just ended. */
    private void runRounds(int rounds, int requests) {
        beAlone();
        for (int i = 0; i < rounds; i++) {
            for (int request = 0; request < requests; request++) {
                append(loop, loop);
            }
            runLoop();
            if (i + 1 < rounds) {
                time.advanceNanos(10 * syncNanos);
            }
        }
        assertThat(syncs).isEqualTo(rounds);
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void waitsForTheRequestsOfABusyClientButNotForLong() {
        runRounds(CommitPace.FORGET, 3);
        append(loop, loop);
        append(loop, loop);
        runLoop();
        append(loop, loop);
        runLoop();
        assertThat(isAnswered()).as("three are here").isTrue();
        append(loop, loop);
        runLoop();
        time.advanceNanos(CommitPace.PAUSE_ON_LOOP * syncNanos - 1);
        runLoop();
        assertThat(isAnswered()).as("one of three is here").isFalse();
        time.advanceNanos(1);
        assertThat(isAnswered()).as("the others did not come").isTrue();
        assertThat(syncs).isEqualTo(CommitPace.FORGET + 2);
    }

    @Test
    void waitsForNobodyWhereRequestsComeOneByOne() {
        runRounds(CommitPace.FORGET, 1);
        for (int i = 0; i < 5; i++) {
            append(loop, loop);
            runLoop();
            assertThat(isAnswered()).isTrue();
        }
    }

    @Test
    void aLoopThatEndsDoesNotWait() {
        runRounds(CommitPace.FORGET, 3);
        ending = true;
        append(loop, loop);
        runLoop();
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void anotherThreadsRequestIsNotKeptBackByAPause() {
        runRounds(CommitPace.FORGET, 3);
        append(loop, loop);
        runLoop();
        append(Runnable::run, null);
        runAgent();
        assertThat(isAnswered()).isTrue();
        runLoop();
        assertThat(syncs).isEqualTo(CommitPace.FORGET + 1);
    }

    @Test
    void whatTheAgentHasTakenAlreadyIsCommittedOnce() {
        beAlone();
        append(loop, loop);
        tasks.remove().run(); // the request; the round is behind it
        committer.request(log);
        runAgent();
        assertThat(isAnswered()).isTrue();
        runLoop();
        assertThat(syncs).isEqualTo(1);
    }
}
