// SPDX-License-Identifier: Apache-2.0
package io.varve.server.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatternLimitsTest {
    @Test
    void whatWouldBecomeLargeIsRefused() {
        for (String pattern :
                List.of("((a{1000}){1000}){10}", "((a{1,1000}){0,1000}){10}", "(".repeat(4_000) + ")".repeat(4_000))) {
            assertThat(PatternLimits.LONG.areExceededBy(pattern)).as(pattern).isTrue();
        }
    }

    @Test
    void whatPeopleWriteIsTaken() {
        for (String pattern : List.of(
                "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                "(\\d{1,3}\\.){3}\\d{1,3}", "(eu|us)-(orders|payments){1,2}-.*")) {
            assertThat(PatternLimits.SHORT.areExceededBy(pattern)).as(pattern).isFalse();
        }
        assertThat(PatternLimits.LONG.areExceededBy(
                        String.join("|", Collections.nCopies(2_000, "a.topic.with.a.name"))))
                .isFalse();
    }

    /** The largest that are taken fit on the usual stack. */
    @Test
    void whatIsTakenWorks() {
        for (String pattern : List.of("(".repeat(500) + "a" + ")".repeat(500), "(a{0,1000}){5}")) {
            assertThat(PatternLimits.LONG.areExceededBy(pattern)).isFalse();
            assertThat(Pattern.compile(pattern).matches("b")).as(pattern).isFalse();
        }
        for (String pattern : List.of("(".repeat(100) + ")".repeat(100), "a?".repeat(1_000), "a{0,200}")) {
            assertThat(PatternLimits.SHORT.areExceededBy(pattern)).isFalse();
            assertThat(Pattern.compile(pattern).matches("b")).as(pattern).isFalse();
        }
    }
}
