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
        parked.hold(40);
        time.advance(10_000);
        slow.hold(40);
        time.advance(5_000);
        EvictableMemory.Share newcomer = share("newcomer");
        assertThat(newcomer.hold(50)).isTrue();
        assertThat(evicted).containsExactly("parked");
        assertThat(parked.hold(1)).as("its connection is about to close").isFalse();
        parked.letGo(40);
        assertThat(frames.bytes()).isEqualTo(90);
        newcomer.letGo(50);
        slow.letGo(40);
        assertThat(frames.bytes()).isZero();
    }

    @Test
    void refusesWhatIsMoreThanAllWhenNobodyElseHoldsAsMuch() {
        EvictableMemory.Share other = share("other");
        other.hold(10);
        EvictableMemory.Share greedy = share("greedy");
        assertThat(greedy.hold(80)).isTrue();
        assertThat(greedy.hold(80)).isFalse();
        assertThat(evicted).isEmpty();
        assertThat(frames.bytes()).isEqualTo(90);
    }
}
