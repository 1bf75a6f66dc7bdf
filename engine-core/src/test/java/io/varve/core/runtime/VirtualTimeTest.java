// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    private final VirtualTime time = new VirtualTime(0);
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsTasksInOrderOfTimeAndAtTheirTime() {
        time.schedule(20, () -> ran.add("late " + time.millis()));
        time.schedule(10, () -> ran.add("early " + time.millis()));
        time.advance(15);
        assertThat(ran).containsExactly("early 10");
        time.advance(15);
        assertThat(ran).containsExactly("early 10", "late 20");
        assertThat(time.millis()).isEqualTo(30);
    }

    @Test
    void repeatsUntilCancelled() {
        Scheduler.Task task = time.scheduleEvery(10, () -> ran.add("tick"));
        time.advance(35);
        assertThat(ran).hasSize(3);
        task.cancel();
        time.advance(100);
        assertThat(ran).hasSize(3);
    }
}
