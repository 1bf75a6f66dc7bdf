// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * Gathers a frame that spans several reads. Allocates at most 16 KiB or twice the bytes that have arrived,
 * whichever is more, so that a peer cannot pin memory by announcing a large frame. Used on one event loop.
 */
final class PartialFrame {
    /** Initial capacity of a frame's buffer, unless the frame is smaller or more bytes have arrived. */
    private static final int FIRST_BYTES = 16 * 1024;

    /**
     * Missing bytes from which reading straight into the frame's buffer is worth a read that stops at the
     * frame's end.
     */
    private static final int LARGE_REMAINDER_BYTES = 32 * 1024;

    private final ByteBufAllocator allocator;
    private final FrameSize size;
    private final EvictableMemory.Share share;

    /**
     * The bytes of the frame that have arrived; null when no frame has begun. Its capacity never exceeds the
     * frame.
     */
    private ByteBuf buffer;

    PartialFrame(ByteBufAllocator allocator, FrameSize size, EvictableMemory.Share share) {
        this.allocator = allocator;
        this.size = size;
        this.share = share;
    }

    /** @return true if a frame is partly received, or complete and in use */
    boolean isBegun() {
        return buffer != null;
    }

    boolean isComplete() {
        return buffer != null && buffer.readableBytes() == size.bytes();
    }

    /** @return true for the buffer that {@link #readTarget} returned */
    boolean isReadTarget(ByteBuf bytes) {
        return bytes == buffer;
    }

    /** @return the complete frame, a writable view valid until {@link #drop} */
    ByteBuffer frame() {
        return buffer.nioBuffer(buffer.readerIndex(), size.bytes());
    }

    /**
     * @return the retained, writable buffer to read the rest of a large frame into; null if the rest is small
     * @throws FrameException if partly received frames exceed their memory
     */
    ByteBuf readTarget() {
        if (buffer == null || size.bytes() - buffer.readableBytes() < LARGE_REMAINDER_BYTES) {
            return null;
        }
        if (!buffer.isWritable()) {
            grow(1);
        }
        return buffer.retain();
    }

    /**
     * Begins a frame whose size is known.
     *
     * @param in the first bytes of the frame, not all of them
     * @throws FrameException if partly received frames exceed their memory, or the frame exceeds the limit of
     *     its API
     */
    void begin(ByteBuf in) {
        buffer = allocate(Math.min(size.bytes(), Math.max(FIRST_BYTES, 2 * in.readableBytes())));
        append(in);
    }

    /**
     * Reads bytes of the frame.
     *
     * @param in the bytes that have arrived; bytes after the frame are left
     * @throws FrameException if partly received frames exceed their memory, or the frame exceeds the limit of
     *     its API
     */
    void append(ByteBuf in) {
        int bytes = Math.min(in.readableBytes(), size.bytes() - buffer.readableBytes());
        if (bytes > buffer.writableBytes()) {
            grow(bytes);
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

    private void grow(int bytes) {
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
            throw FrameException.ofExhaustedMemory(size.bytes());
        }
    }
}
