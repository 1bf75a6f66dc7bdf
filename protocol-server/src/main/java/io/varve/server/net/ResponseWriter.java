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
 * Writes one connection's responses as far as the peer takes them. What follows stays where it is stored, and
 * is copied in pieces when its turn comes. Used on its event loop.
 */
final class ResponseWriter {
    private static final int PIECE_BYTES = 64 * 1024;

    private final ChannelHandlerContext context;
    private final Dispatcher dispatcher;
    private final EvictableMemory.Share share;
    private final Deque<ResponsePart> unwritten = new ArrayDeque<>();

    /** How much of the first unwritten part is written, when it is one that is copied. */
    private int written;

    /** Bytes in memory that are counted until all is written. */
    private long counted;

    /** Between a read and its end, where everything written is flushed. */
    private boolean reading;

    private boolean unflushed;
    private boolean flushScheduled;

    ResponseWriter(ChannelHandlerContext context, Dispatcher dispatcher, EvictableMemory.Share share) {
        this.context = context;
        this.dispatcher = dispatcher;
        this.share = share;
    }

    /** @return what is left to do: nothing, or to hang up */
    RequestOutcome write(Request request, RequestOutcome.Response message) {
        try {
            unwritten.addAll(encode(request, message));
        } catch (RuntimeException e) {
            // Nothing has been written yet: another response can take the place of this one.
            if (!(dispatcher.failure(request, e) instanceof RequestOutcome.Response error)) {
                return new RequestOutcome.CloseConnection();
            }
            unwritten.addAll(encode(request, error));
        }
        writeOn();
        return count() ? new RequestOutcome.NoResponse() : new RequestOutcome.CloseConnection();
    }

    /** Writes on, as far as the peer takes it. */
    void writeOn() {
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
                    // What lies between small records goes with them: a piece for each would be mostly empty
                    // memory.
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

    /** @return false if others need the memory more than this peer, who does not take what it asked for */
    private boolean count() {
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

    /** @return true when everything is written */
    boolean isAllWritten() {
        return unwritten.isEmpty();
    }

    /** Discards what is not written. */
    void drop() {
        unwritten.forEach(ResponsePart::discard);
        unwritten.clear();
        share.release(counted);
        counted = 0;
    }

    private List<ResponsePart> encode(Request request, RequestOutcome.Response message) {
        return ResponseEncoder.encode(
                context.alloc(),
                request.header().toResponseHeader(),
                message.body(),
                request.body().version());
    }

    /** What is written from now on is flushed by {@link #readEnds}. */
    void readBegins() {
        reading = true;
    }

    void readEnds() {
        reading = false;
        flush();
    }

    /** Answers given one after the other from other threads share a flush: it queues up behind them. */
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
