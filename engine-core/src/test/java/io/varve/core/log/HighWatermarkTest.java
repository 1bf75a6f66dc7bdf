// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HighWatermarkTest {
    private final HighWatermark watermark = new HighWatermark(0);
    private final List<String> told = new ArrayList<>();

    private PartitionLog.Subscription await(long offset, String name) {
        return watermark.await(offset, failure -> told.add(name));
    }

    @Test
    void tellsWhoeverWaitsInTheOrderOfOffsetsAndOfComing() {
        await(5, "five");
        await(3, "three");
        await(3, "three again");
        await(9, "nine");
        watermark.advance(5);
        assertThat(told).containsExactly("three", "three again", "five");
    }

    @Test
    void whoCalledOffIsNotToldAndNobodyElseIsForgotten() {
        PartitionLog.Waiter same = failure -> told.add("same");
        PartitionLog.Subscription first = watermark.await(3, same);
        watermark.await(3, same);
        first.close();
        first.close();
        watermark.advance(4);
        assertThat(told).containsExactly("same");
    }

    @Test
    void manyThatWaitForTheSameAreCalledOffInNoTime() {
        List<PartitionLog.Subscription> waiting = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            waiting.add(await(7, "hostile"));
        }
        await(7, "other");
        // A linear search for each waiter would take twenty thousand million steps.
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> waiting.forEach(PartitionLog.Subscription::close));
        watermark.advance(7);
        assertThat(told).containsExactly("other");
    }
}
