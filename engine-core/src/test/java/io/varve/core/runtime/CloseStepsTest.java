// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStepsTest {
    @Test
    void runsAllStepsAndThrowsTheFirstFailure() {
        List<String> ran = new ArrayList<>();
        IllegalStateException first = new IllegalStateException("first");
        AssertionError second = new AssertionError("second");
        assertThatThrownBy(() -> CloseSteps.run(List.of(
                        () -> ran.add("a"),
                        () -> {
                            throw first;
                        },
                        () -> ran.add("b"),
                        () -> {
                            throw second;
                        },
                        () -> ran.add("c"))))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(ran).containsExactly("a", "b", "c");
    }
}
