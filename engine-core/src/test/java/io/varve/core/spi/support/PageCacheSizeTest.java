// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PageCacheSizeTest {
    @Test
    void readsWhatTheMachineHas() {
        List<String> meminfo = List.of("MemTotal:       24567890 kB", "MemAvailable:    2097152 kB", "Cached: 1 kB");
        assertThat(PageCacheSize.available(meminfo)).isEqualTo(2L << 30);
        assertThat(PageCacheSize.available(List.of("MemTotal: 1 kB"))).isEqualTo(PageCacheSize.UNKNOWN);
        assertThat(PageCacheSize.available(List.of())).isEqualTo(PageCacheSize.UNKNOWN);
    }

    @Test
    void readsWhatTheGroupMayHave() {
        assertThat(PageCacheSize.limit(List.of("536870912"))).isEqualTo(512L << 20);
        assertThat(PageCacheSize.limit(List.of("max"))).isEqualTo(Long.MAX_VALUE);
        assertThat(PageCacheSize.limit(List.of())).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aSpanIsNeverTiny() {
        assertThat(RecentAppends.span()).isGreaterThanOrEqualTo(32L << 20);
        assertThat(PageCacheSize.estimate()).isPositive();
    }
}
