// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Checks the bucket in memory that other tests use. */
class MemoryBucketTest extends ObjectStoreContract {
    @Override
    protected ObjectStore open() {
        return new MemoryBucket(new VirtualTime(1_790_000_000_000L));
    }

    @Override
    protected void together(List<Runnable> actions) {
        actions.parallelStream().forEach(Runnable::run);
    }

    @Override
    protected void await(CompletableFuture<?> answer) {
        assertThat(answer).isDone();
    }
}
