// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.experiments.workload.LatencyModel;
import io.varve.s3.client.BucketClientContract;
import io.varve.s3.client.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** Checks that a simulated bucket does what the real client does, request by request. */
class SimulatedClientTest extends BucketClientContract {
    private static final long MINUTE = 60_000;

    private final VirtualTime time = new VirtualTime(1_790_000_000_000L);

    @TempDir
    private Path directory;

    @Override
    protected ObjectStore open() {
        BucketModel model = new BucketModel(new LatencyModel.TierTimes(30, 0, 2, 90_000), 1, List.of());
        return new SimulatedBucket(model, time, directory.resolve("objects"), 1).connect();
    }

    @Override
    protected void together(List<Runnable> actions) {
        Deque<Runnable> left = new ArrayDeque<>(actions);
        AtomicInteger ended = new AtomicInteger();
        List<Scheduler.Agent> callers = actions.stream()
                .map(action -> time.worker("caller", () -> {
                    Runnable next = left.poll();
                    if (next != null) {
                        next.run();
                        ended.incrementAndGet();
                    }
                    return Scheduler.AgentStep.UNTIL_WOKEN;
                }))
                .toList();
        time.advance(MINUTE);
        callers.forEach(caller -> caller.close(MINUTE));
        assertThat(ended).hasValue(actions.size());
    }

    @Override
    protected void await(CompletableFuture<?> answer) {
        assertThat(time.await(answer, MINUTE)).isTrue();
    }
}
