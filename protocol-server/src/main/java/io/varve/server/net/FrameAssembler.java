// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.varve.core.runtime.Clock;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Cuts what arrives into frames: {@code [size: 4 bytes, big-endian][size bytes]}. A frame that lies whole in
 * what was read is handed out as a view of it; one that does not is gathered in a {@link PartialFrame}. Used
 * on one event loop.
 */
final class FrameAssembler {
    private final EvictableMemory.Share share;
    private final Clock clock;
    private final FrameSize size;
    private final PartialFrame partial;
    private final Deque<ByteBuf> arrived = new ArrayDeque<>(2);

    /** What of {@link #arrived} is counted in the share. */
    private int countedBytes;

    private long begunNanos;

    FrameAssembler(ByteBufAllocator allocator, NetConfig.Requests limits, EvictableMemory.Share share, Clock clock) {
        this.share = share;
        this.clock = clock;
        size = new FrameSize(limits);
        partial = new PartialFrame(allocator, size, share);
    }

    /** @param bytes what was read; the assembler's from now on */
    void offer(ByteBuf bytes) {
        if (partial.isRest(bytes)) {
            bytes.release();
        } else {
            arrived.add(bytes);
        }
    }

    /**
     * @return where the rest of a large frame belongs: to be read into, then {@link #offer offered} or
     *     released; or null when a buffer of the reader's own will do
     * @throws FrameException as {@link #next}
     */
    ByteBuf restOfFrame() {
        return arrived.isEmpty() ? partial.rest() : null;
    }

    /**
     * @return the next whole frame without its size, a writable direct view valid until {@link #release}; or
     *     null when there is none
     * @throws FrameException if its size is out of range, or too much has arrived in part; next is not to be
     *     called again
     */
    ByteBuffer next() {
        if (partial.isComplete()) {
            return partial.frame();
        }
        for (ByteBuf in = arrived.peek(); in != null; in = arrived.peek()) {
            if (partial.isBegun()) {
                partial.append(in);
                if (partial.isComplete()) {
                    return partial.frame();
                }
            } else if (size.isKnown() || readSize(in)) {
                size.requireAllowed(in);
                if (in.readableBytes() >= size.bytes()) {
                    ByteBuffer frame = in.nioBuffer(in.readerIndex(), size.bytes());
                    in.skipBytes(size.bytes());
                    size.reset();
                    return frame;
                }
                if (in.isReadable()) {
                    partial.begin(in);
                }
            }
            dropIfRead(in);
        }
        return null;
    }

    private boolean readSize(ByteBuf in) {
        if (!size.hasBegun()) {
            beginAnew();
        }
        return size.read(in);
    }

    /** Ends the use of the frame {@link #next} gave. */
    void release() {
        partial.drop();
        ByteBuf in = arrived.peek();
        if (in != null) {
            dropIfRead(in);
        }
    }

    private void dropIfRead(ByteBuf in) {
        if (!in.isReadable()) {
            arrived.remove();
            in.release();
        }
    }

    /** @return true when bytes are here that {@link #next} has not looked at */
    boolean hasArrived() {
        return !arrived.isEmpty();
    }

    /** @return bytes that buffers take in memory which {@link #next} has not looked at to their end */
    int arrivedBytes() {
        int bytes = 0;
        for (ByteBuf in : arrived) {
            bytes += in.capacity();
        }
        return bytes;
    }

    /** @return true when a frame has arrived in part */
    boolean isMidFrame() {
        return partial.isBegun();
    }

    /**
     * Counts what has arrived and waits, which was not looked at when it came.
     *
     * @throws FrameException if there is too much of it
     */
    void countArrived() {
        int bytes = arrivedBytes();
        if (bytes > countedBytes) {
            if (!share.reserve(bytes - countedBytes)) {
                throw FrameException.ofCrowd(size.bytes());
            }
        } else if (bytes < countedBytes) {
            share.release(countedBytes - bytes);
        }
        countedBytes = bytes;
    }

    /** @return true if a frame has begun to arrive longer ago, and is not whole */
    boolean hasBegunBefore(long nanosAgo) {
        return size.hasBegun() && clock.nanos() - begunNanos > nanosAgo;
    }

    /** The frame that arrives is waited for from now on: until now it was not its peer who was slow. */
    void beginAnew() {
        begunNanos = clock.nanos();
    }

    /** Releases everything. */
    void close() {
        partial.drop();
        arrived.forEach(ByteBuf::release);
        arrived.clear();
        share.release(countedBytes);
        countedBytes = 0;
    }
}
