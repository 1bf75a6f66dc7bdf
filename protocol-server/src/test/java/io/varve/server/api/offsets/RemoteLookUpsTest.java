// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.VirtualTime;
import io.varve.server.metadata.MetadataFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RemoteLookUpsTest {
    private final VirtualTime time = new VirtualTime(0);
    private final RemoteLookUps lookUps = new RemoteLookUps(time);

    @Test
    void answersInTimeWhileTheTierDoesNot() throws Exception {
        CountDownLatch tier = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(RemoteLookUps.THREADS);
        AtomicInteger asked = new AtomicInteger();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 3 * RemoteLookUps.THREADS; i++) {
            answers.add(lookUps.find(
                    () -> {
                        asked.incrementAndGet();
                        begun.countDown();
                        await(tier);
                        return "found";
                    },
                    () -> "late"));
        }
        begun.await();
        time.advance(RemoteLookUps.MAX_MS - 1);
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        time.advance(1);
        assertThat(answers).allMatch(answer -> answer.getNow("").equals("late"));
        tier.countDown();
        assertThat(MetadataFixture.await(lookUps.find(() -> "found", () -> "late")))
                .isEqualTo("found");
        // Those that are answered are not looked up any more.
        assertThat(asked).hasValue(RemoteLookUps.THREADS);
    }

    @Test
    void failsAsTheLookUpDoesAndGoesOn() {
        CompletableFuture<String> failed = lookUps.find(
                () -> {
                    throw new IllegalStateException("wrong");
                },
                () -> "late");
        assertThatThrownBy(failed::join).isInstanceOf(CompletionException.class).hasRootCauseMessage("wrong");
        assertThat(MetadataFixture.await(lookUps.find(() -> "found", () -> "late")))
                .isEqualTo("found");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
