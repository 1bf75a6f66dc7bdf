// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DenialLogTest {
    private final VirtualTime time = new VirtualTime(1_000);
    private final DenialLog log = new DenialLog(time);

    @Test
    void aFewLinesInEachPeriodAreLogged() {
        assertThat(permitted(100)).isEqualTo(DenialLog.LINES);
        time.advance(TimeUnit.NANOSECONDS.toMillis(DenialLog.PERIOD_NANOS));
        assertThat(permitted(3)).isEqualTo(3);
    }

    private long permitted(int denials) {
        return IntStream.range(0, denials).filter(each -> log.permits()).count();
    }
}
