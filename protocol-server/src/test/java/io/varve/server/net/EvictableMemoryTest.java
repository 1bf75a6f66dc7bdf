// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvictableMemoryTest {
    private final VirtualTime time = new VirtualTime(1_000);
    private final EvictableMemory frames = new EvictableMemory(100, time);
    private final List<String> evicted = new ArrayList<>();

    private EvictableMemory.Share share(String name) {
        return frames.share(() -> evicted.add(name));
    }

    @Test
    void letsTheSlowestGoForANewcomer() {
        EvictableMemory.Share parked = share("parked");
        EvictableMemory.Share slow = share("slow");
        parked.reserve(40);
        time.advance(10_000);
        slow.reserve(40);
        time.advance(5_000);
        EvictableMemory.Share newcomer = share("newcomer");
        assertThat(newcomer.reserve(50)).isTrue();
        assertThat(evicted).containsExactly("parked");
        assertThat(parked.reserve(1)).as("its connection is about to close").isFalse();
        parked.release(40);
        assertThat(frames.bytes()).isEqualTo(90);
        newcomer.release(50);
        slow.release(40);
        assertThat(frames.bytes()).isZero();
    }

    @Test
    void refusesWhatIsMoreThanAllWhenNobodyElseHoldsAsMuch() {
        EvictableMemory.Share other = share("other");
        other.reserve(10);
        EvictableMemory.Share greedy = share("greedy");
        assertThat(greedy.reserve(80)).isTrue();
        assertThat(greedy.reserve(80)).isFalse();
        assertThat(evicted).isEmpty();
        assertThat(frames.bytes()).isEqualTo(90);
    }
}
