// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.varve.server.api.Request;
import io.varve.server.api.table.Dispatcher;
import io.varve.server.api.table.RequestOutcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Writes one connection's responses as fast as the peer reads them. Unwritten records stay in the storage,
 * and are copied in pieces when their turn comes. Used on the connection's event loop.
 */
final class ResponseWriter {
    private static final int PIECE_BYTES = 64 * 1024;

    private final ChannelHandlerContext context;
    private final Dispatcher dispatcher;
    private final EvictableMemory.Share share;
    private final ApiTraffic traffic;
    private final boolean encrypted;
    private final Deque<ResponsePart> unwritten = new ArrayDeque<>();

    /** Bytes written of the first unwritten part, if that part is a copied one. */
    private int written;

    /** Bytes of all responses so far. */
    private long bytes;

    /** Bytes reserved in the share until all parts are written. */
    private long counted;

    /** True from the begin of a read to its end, when everything written is flushed. */
    private boolean reading;

    private boolean unflushed;
    private boolean flushScheduled;

    /** @param encrypted whether the connection has TLS, and files cannot be sent as they are */
    ResponseWriter(
            ChannelHandlerContext context, ServerContext server, EvictableMemory.Share share, boolean encrypted) {
        this.context = context;
        dispatcher = server.dispatcher();
        traffic = server.traffic();
        this.share = share;
        this.encrypted = encrypted;
    }

    /** @return NoResponse if nothing is left to do, CloseConnection if the connection must be closed */
    RequestOutcome write(Request request, RequestOutcome.Response message) {
        try {
            add(request, message);
        } catch (RuntimeException e) {
            // Nothing has been written yet, so an error response can replace this one.
            if (!(dispatcher.failure(request, e) instanceof RequestOutcome.Response error)) {
                return new RequestOutcome.CloseConnection();
            }
            add(request, error);
        }
        writeMore();
        return count() ? new RequestOutcome.NoResponse() : new RequestOutcome.CloseConnection();
    }

    /** @return bytes of all responses so far, written or not */
    long bytes() {
        return bytes;
    }

    /** Writes further parts while the peer reads them. */
    void writeMore() {
        while (!unwritten.isEmpty() && context.channel().isWritable()) {
            unflushed = true;
            if (unwritten.peek().isCopied()) {
                writePiece();
            } else {
                unwritten.remove().write(context);
            }
        }
        if (unwritten.isEmpty() && counted > 0) {
            share.release(counted);
            counted = 0;
        }
    }

    private void writePiece() {
        ByteBuf piece = context.alloc().directBuffer(PIECE_BYTES, PIECE_BYTES);
        try {
            while (piece.isWritable() && !unwritten.isEmpty()) {
                ResponsePart part = unwritten.peek();
                if (!part.isCopied()) {
                    if (!part.fits(piece)) {
                        break;
                    }
                    // Fields between small records share their piece: a piece of its own for each part would
                    // be mostly empty.
                    unwritten.remove().copyTo(piece);
                    continue;
                }
                int bytes = Math.min(piece.writableBytes(), part.records().sizeInBytes() - written);
                part.copy(piece, written, bytes);
                written += bytes;
                if (written == part.records().sizeInBytes()) {
                    written = 0;
                    unwritten.remove().discard();
                }
            }
        } catch (RuntimeException | Error e) {
            piece.release();
            throw e;
        }
        context.write(piece, context.voidPromise());
    }

    /** @return false if the memory for unread answers is exhausted, and this connection must be closed */
    private boolean count() {
        if (unwritten.isEmpty()) {
            return true;
        }
        long bytes = 0;
        for (ResponsePart part : unwritten) {
            bytes += part.memoryBytes();
        }
        if (bytes > counted) {
            if (!share.reserve(bytes - counted)) {
                drop();
                return false;
            }
            counted = bytes;
        }
        return true;
    }

    /** @return true if everything is written */
    boolean isAllWritten() {
        return unwritten.isEmpty();
    }

    /** Discards all unwritten parts. */
    void drop() {
        unwritten.forEach(ResponsePart::discard);
        unwritten.clear();
        share.release(counted);
        counted = 0;
    }

    private void add(Request request, RequestOutcome.Response message) {
        List<ResponsePart> parts = encode(request, message);
        traffic.errors(request, message.body());
        for (int i = 0; i < parts.size(); i++) {
            bytes += parts.get(i).bytes();
            unwritten.add(parts.get(i));
        }
    }

    private List<ResponsePart> encode(Request request, RequestOutcome.Response message) {
        if (request.body() instanceof RawSaslToken token) {
            return token.encode(context.alloc(), message.body());
        }
        return ResponseEncoder.encode(
                context.alloc(),
                request.header().toResponseHeader(),
                message.body(),
                request.body().version(),
                encrypted);
    }

    /** Defers flushes to {@link #endRead}. */
    void beginRead() {
        reading = true;
    }

    void endRead() {
        reading = false;
        flush();
    }

    /**
     * Schedules a flush behind the tasks queued on the event loop, so that answers from other threads share
     * one flush.
     */
    void flushSoon() {
        if (unflushed && !reading && !flushScheduled) {
            flushScheduled = true;
            context.executor().execute(() -> {
                flushScheduled = false;
                flush();
            });
        }
    }

    private void flush() {
        if (unflushed) {
            unflushed = false;
            context.flush();
        }
    }
}
