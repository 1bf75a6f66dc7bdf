// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.varve.core.runtime.Clock;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Splits the received bytes into frames: {@code [size: 4 bytes, big-endian][size bytes]}. A frame that lies
 * within one received buffer is returned as a view of that buffer; a frame that spans buffers is gathered in
 * a {@link PartialFrame}. Used on one event loop.
 */
final class FrameAssembler {
    private final EvictableMemory.Share share;
    private final Clock clock;
    private final FrameSize size;
    private final PartialFrame partial;
    private final Deque<ByteBuf> arrived = new ArrayDeque<>(2);

    /** Bytes of {@link #arrived} that are reserved in the share. */
    private int countedBytes;

    private long begunNanos;

    FrameAssembler(ByteBufAllocator allocator, NetConfig.Requests limits, EvictableMemory.Share share, Clock clock) {
        this.share = share;
        this.clock = clock;
        size = new FrameSize(limits);
        partial = new PartialFrame(allocator, size, share);
    }

    /** @param bytes the bytes read; owned by the assembler from now on */
    void offer(ByteBuf bytes) {
        if (partial.isReadTarget(bytes)) {
            bytes.release();
        } else {
            arrived.add(bytes);
        }
    }

    /**
     * @return the buffer to read the rest of a large frame into, then to be {@link #offer offered} or
     *     released; or null when the reader allocates its own buffer
     * @throws FrameException as {@link #next}
     */
    ByteBuf readTarget() {
        return arrived.isEmpty() ? partial.readTarget() : null;
    }

    /**
     * @param maxBytes max size of the frame in bytes, if lower than that of its API
     * @return the next complete frame without its size, a writable direct view valid until {@link #release};
     *     or null when none is complete
     * @throws FrameException if the size is out of range, or partly received frames exceed their memory; next
     *     must not be called again
     */
    ByteBuffer next(int maxBytes) {
        if (partial.isComplete()) {
            return partial.frame();
        }
        for (ByteBuf in = arrived.peek(); in != null; in = arrived.peek()) {
            if (partial.isBegun()) {
                partial.append(in);
                if (partial.isComplete()) {
                    return partial.frame();
                }
            } else if (size.isKnown() || readSize(in, maxBytes)) {
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

    private boolean readSize(ByteBuf in, int maxBytes) {
        if (!size.hasBegun()) {
            restartDeadline();
        }
        return size.read(in, maxBytes);
    }

    /** Releases the frame that {@link #next} returned. */
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

    /** @return true if bytes have arrived that {@link #next} has not read */
    boolean hasUnread() {
        return !arrived.isEmpty();
    }

    /** @return bytes in memory of the buffers that {@link #next} has not read to their end */
    int arrivedBytes() {
        if (arrived.isEmpty()) {
            return 0; // after nearly each read; the loop would make an iterator
        }
        int bytes = 0;
        for (ByteBuf in : arrived) {
            bytes += in.capacity();
        }
        return bytes;
    }

    /** @return true if a frame is partly received */
    boolean isMidFrame() {
        return partial.isBegun();
    }

    /**
     * Reserves memory for bytes that have arrived and wait to be read.
     *
     * @throws FrameException if the memory for them is exhausted
     */
    void reserveArrived() {
        int bytes = arrivedBytes();
        if (bytes > countedBytes) {
            if (!share.reserve(bytes - countedBytes)) {
                throw FrameException.ofExhaustedMemory(size.bytes());
            }
        } else if (bytes < countedBytes) {
            share.release(countedBytes - bytes);
        }
        countedBytes = bytes;
    }

    /** @return true if a frame began to arrive longer ago and is still incomplete */
    boolean hasBegunBefore(long nanosAgo) {
        return size.hasBegun() && clock.nanos() - begunNanos > nanosAgo;
    }

    /** Restarts the deadline of the arriving frame: the delay until now was not caused by the peer. */
    void restartDeadline() {
        begunNanos = clock.nanos();
    }

    /** Releases all buffers and their reservation. */
    void close() {
        partial.drop();
        arrived.forEach(ByteBuf::release);
        arrived.clear();
        share.release(countedBytes);
        countedBytes = 0;
    }
}
