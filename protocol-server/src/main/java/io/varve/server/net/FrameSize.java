// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.varve.server.api.table.ApiPolicy;
import java.util.Set;

/** Reads the size in front of a frame, and refuses a size that is out of range. Used on one event loop. */
final class FrameSize {
    private static final int PREFIX_BYTES = 4;
    private static final int UNKNOWN = -1;
    private static final int TLS_HANDSHAKE = 0x1603;
    private static final int TLS_SHIFT = 16;

    /** How requests of browsers and of monitoring begin: GET, POST, HEAD, PUT, OPTIONS, in ASCII. */
    private static final Set<Integer> HTTP = Set.of(0x47455420, 0x504F5354, 0x48454144, 0x50555420, 0x4F505449);

    private final NetConfig.Requests limits;

    /** Size of the frame being read, in bytes, or UNKNOWN. */
    private int bytes = UNKNOWN;

    /** Whether this size is allowed for the API of the frame. */
    private boolean allowed;

    private int prefix;
    private int prefixBytes;

    FrameSize(NetConfig.Requests limits) {
        this.limits = limits;
    }

    boolean isKnown() {
        return bytes != UNKNOWN;
    }

    /** @return true if at least one byte of a frame has been read, its size included */
    boolean hasBegun() {
        return isKnown() || prefixBytes > 0;
    }

    /** @return size of the frame in bytes, without the size field; negative when not known */
    int bytes() {
        return bytes;
    }

    /**
     * Reads as many bytes of the size as have arrived.
     *
     * @param in the bytes that have arrived
     * @param maxBytes max size in bytes of a frame of a peer that is not authenticated, whatever its API;
     *     else the max int
     * @return true if the size is now known
     * @throws FrameException if the size is above that limit, or the limit of every request
     */
    boolean read(ByteBuf in, int maxBytes) {
        while (prefixBytes < PREFIX_BYTES && in.isReadable()) {
            prefix = prefix << Byte.SIZE | in.readUnsignedByte();
            prefixBytes++;
        }
        if (prefixBytes < PREFIX_BYTES) {
            return false;
        }
        if (prefix < 0 || prefix > limits.maxBytes()) {
            throw refused();
        }
        if (prefix > maxBytes) {
            throw FrameException.ofUnknownPeer(prefix, maxBytes);
        }
        bytes = prefix;
        allowed = maxBytes < Integer.MAX_VALUE || bytes <= limits.bytes(ApiPolicy.Size.SMALL);
        prefix = 0;
        prefixBytes = 0;
        return true;
    }

    /** Names what is often sent to a wrong port: its first bytes are no size. */
    private FrameException refused() {
        if (isTls(prefix)) {
            return FrameException.ofTls();
        }
        return HTTP.contains(prefix) ? FrameException.ofHttp() : FrameException.ofSize(prefix, limits.maxBytes());
    }

    /** @return true for a handshake's record and a version of TLS, with which a client of TLS begins */
    private static boolean isTls(int prefix) {
        return prefix >>> TLS_SHIFT == TLS_HANDSHAKE;
    }

    /**
     * Refuses a frame above the size limit of its API, before the frame is complete. The first two bytes of a
     * frame are its API key.
     *
     * @param frame the bytes of the frame that have arrived
     * @throws FrameException if the frame is above the limit
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

    /** Expects the size of the next frame, after a frame was returned or dropped. */
    void reset() {
        bytes = UNKNOWN;
    }
}
