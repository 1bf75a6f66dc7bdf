// SPDX-License-Identifier: Apache-2.0
package io.varve.file.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No frame is ever placed over one that is needed, and the frame that frees others always has a place. */
class RingSpaceTest {
    private static final int BLOCK = RingFile.BLOCK;
    private static final int BLOCKS = 32;

    private record Frame(long sequence, long at, int bytes) {
        boolean overlaps(Frame other) {
            return at < other.at + other.bytes && other.at < at + bytes;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverOverwritesWhatIsNeeded(long seed) {
        Random random = new Random(seed);
        RingSpace space = new RingSpace(BLOCK, (long) BLOCKS * BLOCK);
        Deque<Frame> needed = new ArrayDeque<>();
        int full = 0;
        for (long sequence = 1; sequence < 5000; sequence++) {
            int bytes = (1 + random.nextInt(4)) * BLOCK;
            boolean fits = space.find(bytes, BLOCK) >= 0;
            if (!fits) { // as a checkpoint does: an empty frame frees others
                bytes = BLOCK;
                full++;
            }
            long oldest = fits ? (needed.isEmpty() ? sequence : needed.peekFirst().sequence) : sequence;
            Frame frame = new Frame(sequence, space.find(bytes, fits ? BLOCK : 0), bytes);
            assertThat(frame.at).isBetween((long) BLOCK, (long) BLOCKS * BLOCK - bytes);
            assertThat(needed).noneMatch(frame::overlaps);
            space.place(sequence, frame.at, bytes);
            space.release(oldest);
            needed.addLast(frame);
            needed.removeIf(old -> old.sequence < oldest);
            assertThat(space.used())
                    .isEqualTo(needed.stream().mapToLong(Frame::bytes).sum());
        }
        assertThat(full).isPositive();
    }
}
