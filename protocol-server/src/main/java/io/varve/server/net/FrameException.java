// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.varve.core.VarveException;

/** Reports a frame that cannot be received. The bytes after it cannot be split into frames. */
final class FrameException extends VarveException {
    private static final long serialVersionUID = 1L;

    private FrameException(String message) {
        super(message, null);
    }

    static FrameException ofSize(int size, int max) {
        return new FrameException(
                "announced a request of " + size + " bytes; 0 to " + max + " are allowed (socket.request.max.bytes)");
    }

    static FrameException ofTls() {
        return new FrameException("speaks TLS to a listener without TLS; the client needs the port of a listener with"
                + " TLS, or security.protocol without SSL");
    }

    static FrameException ofHttp() {
        return new FrameException(
                "speaks HTTP to a listener of Kafka's protocol; the page and /metrics are at http.listeners");
    }

    static FrameException ofDamagedTls(Throwable cause) {
        // Netty's message has all that arrived, in hexadecimal digits.
        return new FrameException("violates TLS: "
                + (cause instanceof NotSslRecordException ? "what arrived is no TLS record" : cause.getMessage()));
    }

    static FrameException ofApi(short api, int size, int max) {
        return new FrameException("announced a request of " + size + " bytes for API " + api + ", which takes " + max
                + " (control.request.max.bytes)");
    }

    static FrameException ofUnknownPeer(int size, int max) {
        return new FrameException("announced a request of " + size + " bytes before it was authenticated; " + max
                + " are allowed (sasl.server.max.receive.size)");
    }

    static FrameException ofDelay() {
        return new FrameException(
                "took longer over one request than a connection may be idle (connections.max.idle.ms)");
    }

    static FrameException ofExhaustedMemory(int size) {
        return new FrameException("no memory for a request of " + size
                + " bytes beside the others that have arrived in part (queued.max.request.bytes)");
    }
}
