// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.junit.jupiter.api.Test;

class GroupLimitTest {
    private final VirtualTime time = new VirtualTime(0);
    private final GroupLimit limit = new GroupLimit(2, time);
    private final List<String> present = new ArrayList<>();
    private boolean loading;

    @Test
    void letsNoMoreInThanThereMayBe() {
        assertThat(admits("a")).isTrue();
        assertThat(admits("b")).isTrue();
        assertThat(admits("c")).isFalse();
        assertThat(admits("a")).isTrue();
    }

    @Test
    void countsThoseThatWereThereBeforeTheStart() {
        present.addAll(List.of("old", "older"));
        assertThat(admits("a")).as("when first asked nothing is known").isTrue();
        assertThat(admits("b")).isFalse();
        assertThat(admits("old")).isTrue();
    }

    @Test
    void countsThemWhenTheyHaveBeenLoaded() {
        loading = true;
        present.addAll(List.of("old", "older"));
        assertThat(admits("a")).isTrue();
        loading = false;
        pass(Duration.ofSeconds(11));
        assertThat(admits("b")).isTrue();
        assertThat(admits("c")).isFalse();
    }

    @Test
    void letsOthersInWhenSomeHaveGone() {
        admits("a");
        admits("b");
        present.add("b");
        pass(Duration.ofMinutes(16));
        assertThat(admits("c")).as("the list is asked for now").isFalse();
        assertThat(admits("c")).isTrue();
        assertThat(admits("d")).isFalse();
    }

    @Test
    void doesNotTakeAYoungOneForGone() {
        admits("a");
        admits("b");
        pass(Duration.ofMinutes(6));
        assertThat(admits("c")).isFalse();
        assertThat(admits("c")).isFalse();
    }

    @Test
    void letsNoMoreMembersInThanASessionsTimeMaySee() {
        for (int i = 0; i < GroupLimit.MAX_JOINS; i++) {
            assertThat(limit.admitsMember()).isTrue();
        }
        assertThat(limit.admitsMember()).isFalse();
        pass(Duration.ofMinutes(31));
        assertThat(limit.admitsMember()).isTrue();
    }

    private boolean admits(String group) {
        return limit.admits(
                group,
                () -> loading
                        ? CompletableFuture.<List<String>>failedFuture(new CoordinatorLoadInProgressException("wait"))
                        : CompletableFuture.completedFuture(List.copyOf(present)));
    }

    private void pass(Duration duration) {
        time.advance(duration.toMillis());
    }
}
