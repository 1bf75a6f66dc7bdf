// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.varve.server.api.table.ApiPolicy;

/** Reads the size in front of a frame, and refuses one that is out of range. Used on one event loop. */
final class FrameSize {
    private static final int PREFIX_BYTES = 4;
    private static final int UNKNOWN = -1;

    private final NetConfig.Requests limits;

    /** Size of the frame being read, in bytes, or UNKNOWN. */
    private int bytes = UNKNOWN;

    /** Whether a frame of this size may be one of its API. */
    private boolean allowed;

    private int prefix;
    private int prefixBytes;

    FrameSize(NetConfig.Requests limits) {
        this.limits = limits;
    }

    boolean isKnown() {
        return bytes != UNKNOWN;
    }

    /** @return true when a frame has begun, be it with a part of its size */
    boolean hasBegun() {
        return isKnown() || prefixBytes > 0;
    }

    /** @return bytes of the frame without its size; less than 0 when they are not known */
    int bytes() {
        return bytes;
    }

    /**
     * Reads as much of the size as is there.
     *
     * @param in what has arrived
     * @return true when the size is known
     * @throws FrameException if no request may be so large
     */
    boolean read(ByteBuf in) {
        while (prefixBytes < PREFIX_BYTES && in.isReadable()) {
            prefix = prefix << Byte.SIZE | in.readUnsignedByte();
            prefixBytes++;
        }
        if (prefixBytes < PREFIX_BYTES) {
            return false;
        }
        if (prefix < 0 || prefix > limits.maxBytes()) {
            throw FrameException.ofSize(prefix, limits.maxBytes());
        }
        bytes = prefix;
        allowed = bytes <= limits.bytes(ApiPolicy.Size.SMALL);
        prefix = 0;
        prefixBytes = 0;
        return true;
    }

    /**
     * Refuses a frame that is larger than requests of its API may be, without waiting for it. Its first two
     * bytes say which API it is for.
     *
     * @param frame what of the frame has arrived
     * @throws FrameException if it is larger
     */
    void requireAllowed(ByteBuf frame) {
        if (allowed || frame.readableBytes() < Short.BYTES) {
            return;
        }
        short api = frame.getShort(frame.readerIndex());
        int max = limits.bytes(NextRequest.policyOf(api).size());
        if (bytes > max) {
            throw FrameException.ofApi(api, bytes, max);
        }
        allowed = true;
    }

    /** The frame has been handed out, or dropped: the next one begins with its size. */
    void reset() {
        bytes = UNKNOWN;
    }
}
