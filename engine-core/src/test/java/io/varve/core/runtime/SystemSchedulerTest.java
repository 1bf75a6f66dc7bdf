// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemSchedulerTest {
    @Test
    void aPeriodicTaskRunsAgainAfterAnError() throws InterruptedException {
        CountDownLatch runs = new CountDownLatch(3);
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            scheduler.scheduleEvery(1, () -> {
                runs.countDown();
                throw new OutOfMemoryError("injected on purpose");
            });
            assertThat(runs.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
