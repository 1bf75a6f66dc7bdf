// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * Gathers a frame that spans reads. Only as much is allocated as has arrived, times two: a peer cannot pin
 * what it merely announces. Used on one event loop.
 */
final class PartialFrame {
    /** A frame is given room for so much at first, unless it is smaller or more is here. */
    private static final int FIRST_BYTES = 16 * 1024;

    /** With so much of a frame to come, reading it to its place is worth a read that stops at its end. */
    private static final int LARGE_REST = 32 * 1024;

    private final ByteBufAllocator allocator;
    private final FrameSize size;
    private final EvictableMemory.Share share;

    /** What has arrived of the frame; null when none has begun. Never has room for more than the frame. */
    private ByteBuf buffer;

    PartialFrame(ByteBufAllocator allocator, FrameSize size, EvictableMemory.Share share) {
        this.allocator = allocator;
        this.size = size;
        this.share = share;
    }

    /** @return true when a frame has arrived in part, or whole and is in use */
    boolean isBegun() {
        return buffer != null;
    }

    boolean isComplete() {
        return buffer != null && buffer.readableBytes() == size.bytes();
    }

    /** @return true for what {@link #rest} gave */
    boolean isRest(ByteBuf bytes) {
        return bytes == buffer;
    }

    /** @return the complete frame, a writable view valid until {@link #drop} */
    ByteBuffer frame() {
        return buffer.nioBuffer(buffer.readerIndex(), size.bytes());
    }

    /**
     * @return where the rest of a large frame is to be read into, with room; null when it is not worth it
     * @throws FrameException if too much has arrived in part
     */
    ByteBuf rest() {
        if (buffer == null || size.bytes() - buffer.readableBytes() < LARGE_REST) {
            return null;
        }
        if (!buffer.isWritable()) {
            makeRoom(1);
        }
        return buffer.retain();
    }

    /**
     * Begins a frame whose size is known.
     *
     * @param in its first bytes, not all
     * @throws FrameException if too much has arrived in part, or such requests are smaller
     */
    void begin(ByteBuf in) {
        buffer = allocate(Math.min(size.bytes(), Math.max(FIRST_BYTES, 2 * in.readableBytes())));
        append(in);
    }

    /**
     * Takes what belongs to the frame.
     *
     * @param in what has arrived
     * @throws FrameException if too much has arrived in part, or such requests are smaller
     */
    void append(ByteBuf in) {
        int bytes = Math.min(in.readableBytes(), size.bytes() - buffer.readableBytes());
        if (bytes > buffer.writableBytes()) {
            makeRoom(bytes);
        }
        buffer.writeBytes(in, bytes);
        size.requireAllowed(buffer);
    }

    /** Releases the frame's memory, if one has begun. */
    void drop() {
        if (buffer != null) {
            share.release(buffer.capacity());
            buffer.release();
            buffer = null;
            size.reset();
        }
    }

    private ByteBuf allocate(int bytes) {
        reserve(bytes);
        try {
            return allocator.directBuffer(bytes, size.bytes());
        } catch (RuntimeException | Error e) {
            share.release(bytes);
            throw e;
        }
    }

    private void makeRoom(int bytes) {
        int wanted = (int) Math.min(size.bytes(), Math.max(buffer.readableBytes() + bytes, 2L * buffer.capacity()));
        int more = wanted - buffer.capacity();
        reserve(more);
        try {
            buffer.capacity(wanted);
        } catch (RuntimeException | Error e) {
            share.release(more);
            throw e;
        }
    }

    private void reserve(int bytes) {
        if (!share.reserve(bytes)) {
            throw FrameException.ofCrowd(size.bytes());
        }
    }
}
