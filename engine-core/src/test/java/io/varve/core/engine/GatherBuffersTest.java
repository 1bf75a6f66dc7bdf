// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests how many buffers there are. */
class GatherBuffersTest {
    private final VirtualTime time = new VirtualTime(1_000);
    private final GatherBuffers buffers = new GatherBuffers(time);

    private List<ByteBuffer> take(int number) {
        List<ByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            taken.add(buffers.take());
        }
        return taken;
    }

    @Test
    void givesNoMoreThanThereMayBe() {
        List<ByteBuffer> all = take(GatherBuffers.MAX);
        assertThat(all).doesNotContainNull();
        assertThat(buffers.take()).isNull();
        buffers.giveBack(all.get(0));
        assertThat(buffers.take()).isSameAs(all.get(0));
    }

    @Test
    void dropsThoseThatWereNotUsedForAWhile() {
        take(GatherBuffers.KEPT + 20).forEach(buffers::giveBack);
        time.advance(GatherBuffers.IDLE_MS);
        for (int i = 0; i < 10; i++) {
            take(GatherBuffers.KEPT + 5).forEach(buffers::giveBack);
            time.advance(GatherBuffers.IDLE_MS);
        }
        assertThat(buffers.made()).as("as many as are in use at a time").isEqualTo(GatherBuffers.KEPT + 5);
        time.advance(GatherBuffers.IDLE_MS);
        assertThat(buffers.made()).isEqualTo(GatherBuffers.KEPT);
        assertThat(take(GatherBuffers.MAX)).doesNotContainNull();
    }

    @Test
    void buffersInUseStay() {
        List<ByteBuffer> all = take(GatherBuffers.MAX);
        time.advance(3 * GatherBuffers.IDLE_MS);
        all.forEach(buffers::giveBack);
        assertThat(buffers.made()).isEqualTo(GatherBuffers.MAX);
        time.advance(2 * GatherBuffers.IDLE_MS);
        assertThat(buffers.made()).isEqualTo(GatherBuffers.KEPT);
    }
}
