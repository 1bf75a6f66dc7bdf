// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BufferSlice;
import io.varve.core.spi.PartitionStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A specimen whose slices take something; what they have leaked is freed with the rig, for the sake of the
 * next test.
 */
abstract class LeakingRig extends MutatedRig {
    LeakingRig(UnaryOperator<BatchSlice> slices) {
        super((device, memory) -> leaking(device, memory, slices));
    }

    private static MutatedStorage leaking(FaultyDevice device, MemoryStorage memory, UnaryOperator<BatchSlice> slices) {
        return new MutatedStorage(device, memory) {
            @Override
            MutatedStore handle(PartitionStore sound) {
                return new MutatedStore(this, sound) {
                    @Override
                    public BatchSlice read(long offset, long endOffset, int maxBytes) {
                        return slices.apply(super.read(offset, endOffset, maxBytes));
                    }
                };
            }
        };
    }

    /** Opens a file for every slice and never closes it. */
    static final class Files extends LeakingRig {
        private final Queue<FileChannel> open;

        Files() {
            this(new ConcurrentLinkedQueue<>());
        }

        private Files(Queue<FileChannel> open) {
            super(slice -> {
                try {
                    open.add(FileChannel.open(Path.of("/dev/null")));
                    return slice;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            this.open = open;
        }

        @Override
        public void close() {
            super.close();
            for (FileChannel channel : open) {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Copies every slice into direct memory and keeps it. */
    static final class Memory extends LeakingRig {
        private final Queue<ByteBuffer> kept;

        Memory() {
            this(new ConcurrentLinkedQueue<>());
        }

        private Memory(Queue<ByteBuffer> kept) {
            super(slice -> {
                ByteBuffer copy = ByteBuffer.allocateDirect(slice.sizeInBytes());
                kept.add(copy);
                return new BufferSlice(copy.put(slice.buffer()).flip());
            });
            this.kept = kept;
        }

        @Override
        public void close() {
            super.close();
            kept.clear();
        }
    }

    /** Gives its slot back when the bytes are looked at, not when the slice is closed. */
    static final class Slots extends LeakingRig {
        private final AtomicLong taken;

        Slots() {
            this(new AtomicLong());
        }

        private Slots(AtomicLong taken) {
            super(slice -> new SlotSlice(slice, taken));
            this.taken = taken;
        }

        @Override
        public Map<String, Long> held() {
            return Map.of("reader slots", taken.get());
        }
    }

    private record SlotSlice(BatchSlice sound, AtomicLong taken) implements BatchSlice {
        SlotSlice {
            taken.incrementAndGet();
        }

        @Override
        public int sizeInBytes() {
            return sound.sizeInBytes();
        }

        @Override
        public Optional<FileRegion> fileRegion() {
            return Optional.empty();
        }

        @Override
        public ByteBuffer buffer() {
            taken.decrementAndGet();
            return sound.buffer();
        }

        @Override
        public void close() {
            sound.close();
        }
    }
}
