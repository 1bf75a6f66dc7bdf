// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.varve.core.runtime.Clock;
import io.varve.server.api.ApiPolicy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Cuts what arrives into frames: {@code [size: 4 bytes, big-endian][size bytes]}. A frame that lies whole in what was read is
 * handed out as a view of it. Of one that does not, only as much is allocated as has arrived, times two: a peer cannot pin what it
 * merely announces. Used on one event loop.
 */
final class FrameAssembler {
    /** A frame that spans reads is given room for so much at first, unless it is smaller or more is here. */
    private static final int FIRST_BYTES = 16 * 1024;

    /** With so much of a frame to come, reading it to its place is worth a read that stops at its end. */
    private static final int LARGE_REST = 32 * 1024;

    private static final int SIZE_BYTES = 4;
    private static final int UNKNOWN = -1;

    private final ByteBufAllocator allocator;
    private final NetConfig.Requests limits;
    private final EvictableMemory.Share share;
    private final Clock clock;
    private final Deque<ByteBuf> arrived = new ArrayDeque<>(2);

    /** Size of the frame being read, or UNKNOWN while its size is. */
    private int size = UNKNOWN;

    /** What of {@link #arrived} is counted in the share. */
    private int countedBytes;

    private long begunNanos;

    /** Whether a frame of this size may be one of its API. */
    private boolean allowed;

    private int prefix;
    private int prefixBytes;

    /** The start of a frame that spans reads, else null. Never has room for more than the frame. */
    private ByteBuf partial;

    FrameAssembler(ByteBufAllocator allocator, NetConfig.Requests limits, EvictableMemory.Share share, Clock clock) {
        this.allocator = allocator;
        this.limits = limits;
        this.share = share;
        this.clock = clock;
    }

    /** @param bytes what was read; the assembler's from now on */
    void offer(ByteBuf bytes) {
        if (bytes == partial) {
            bytes.release();
        } else {
            arrived.add(bytes);
        }
    }

    /**
     * @return where the rest of a large frame belongs: to be read into, then {@link #offer offered} or released; or null when a
     *     buffer of the reader's own will do
     * @throws FrameException as {@link #next}
     */
    ByteBuf restOfFrame() {
        if (partial == null || !arrived.isEmpty() || size - partial.readableBytes() < LARGE_REST) {
            return null;
        }
        if (!partial.isWritable()) {
            makeRoom(1);
        }
        return partial.retain();
    }

    /**
     * @return the next whole frame without its size, a writable direct view valid until {@link #release}; or null when there is none
     * @throws FrameException if its size is out of range, or too much has arrived in part; next is not to be called again
     */
    ByteBuffer next() {
        if (isComplete()) {
            return partial.nioBuffer(partial.readerIndex(), size);
        }
        for (ByteBuf in = arrived.peek(); in != null; in = arrived.peek()) {
            if (partial != null) {
                append(in);
                if (isComplete()) {
                    return partial.nioBuffer(partial.readerIndex(), size);
                }
            } else if (size != UNKNOWN || readSize(in)) {
                requireAllowed(in);
                if (in.readableBytes() >= size) {
                    ByteBuffer frame = in.nioBuffer(in.readerIndex(), size);
                    in.skipBytes(size);
                    size = UNKNOWN;
                    return frame;
                }
                if (in.isReadable()) {
                    int first = Math.min(size, Math.max(FIRST_BYTES, 2 * in.readableBytes()));
                    partial = allocate(first);
                    append(in);
                }
            }
            dropIfRead(in);
        }
        return null;
    }

    /** Ends the use of the frame {@link #next} gave. */
    void release() {
        dropPartial();
        ByteBuf in = arrived.peek();
        if (in != null) {
            dropIfRead(in);
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
        return partial != null;
    }

    /**
     * Counts what has arrived and waits, which was not looked at when it came.
     *
     * @throws FrameException if there is too much of it
     */
    void countArrived() {
        int bytes = arrivedBytes();
        if (bytes > countedBytes) {
            hold(bytes - countedBytes);
        } else if (bytes < countedBytes) {
            share.letGo(countedBytes - bytes);
        }
        countedBytes = bytes;
    }

    /** @return true if a frame has begun to arrive longer ago, and is not whole */
    boolean hasBegunBefore(long nanosAgo) {
        return (size != UNKNOWN || prefixBytes > 0) && clock.nanos() - begunNanos > nanosAgo;
    }

    /** The frame that arrives is waited for from now on: until now it was not its peer who was slow. */
    void beginAnew() {
        begunNanos = clock.nanos();
    }

    /** Lets go of everything. */
    void close() {
        dropPartial();
        arrived.forEach(ByteBuf::release);
        arrived.clear();
        share.letGo(countedBytes);
        countedBytes = 0;
    }

    private void dropPartial() {
        if (partial != null) {
            share.letGo(partial.capacity());
            partial.release();
            partial = null;
            size = UNKNOWN;
        }
    }

    private void hold(int bytes) {
        if (!share.hold(bytes)) {
            throw FrameException.ofCrowd(size);
        }
    }

    private ByteBuf allocate(int bytes) {
        hold(bytes);
        try {
            return allocator.directBuffer(bytes, size);
        } catch (RuntimeException | Error e) {
            share.letGo(bytes);
            throw e;
        }
    }

    private boolean isComplete() {
        return partial != null && partial.readableBytes() == size;
    }

    private boolean readSize(ByteBuf in) {
        if (prefixBytes == 0) {
            beginAnew();
        }
        while (prefixBytes < SIZE_BYTES && in.isReadable()) {
            prefix = prefix << Byte.SIZE | in.readUnsignedByte();
            prefixBytes++;
        }
        if (prefixBytes < SIZE_BYTES) {
            return false;
        }
        if (prefix < 0 || prefix > limits.maxBytes()) {
            throw FrameException.ofSize(prefix, limits.maxBytes());
        }
        size = prefix;
        allowed = size <= limits.bytes(ApiPolicy.Size.SMALL);
        prefix = 0;
        prefixBytes = 0;
        return true;
    }

    private void append(ByteBuf in) {
        int bytes = Math.min(in.readableBytes(), size - partial.readableBytes());
        if (bytes > partial.writableBytes()) {
            makeRoom(bytes);
        }
        partial.writeBytes(in, bytes);
        requireAllowed(partial);
    }

    /** What a frame is for is in its first two bytes: one that is larger than such requests may be is not waited for. */
    private void requireAllowed(ByteBuf frame) {
        if (allowed || frame.readableBytes() < Short.BYTES) {
            return;
        }
        short api = frame.getShort(frame.readerIndex());
        int most = limits.bytes(NextRequest.policyOf(api).size());
        if (size > most) {
            throw FrameException.ofApi(api, size, most);
        }
        allowed = true;
    }

    private void makeRoom(int bytes) {
        int wanted = (int) Math.min(size, Math.max(partial.readableBytes() + bytes, 2L * partial.capacity()));
        int more = wanted - partial.capacity();
        hold(more);
        try {
            partial.capacity(wanted);
        } catch (RuntimeException | Error e) {
            share.letGo(more);
            throw e;
        }
    }

    private void dropIfRead(ByteBuf in) {
        if (!in.isReadable()) {
            arrived.remove();
            in.release();
        }
    }
}
