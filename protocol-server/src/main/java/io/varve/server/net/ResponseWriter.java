// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.ChannelHandlerContext;
import io.varve.server.api.Answer;
import io.varve.server.api.Dispatcher;
import io.varve.server.api.Request;
import java.util.List;

/** Writes one connection's responses. Used on its event loop. */
final class ResponseWriter {
    private final ChannelHandlerContext context;
    private final Dispatcher dispatcher;

    /** Between a read and its end, where everything written is flushed. */
    private boolean reading;

    private boolean unflushed;
    private boolean flushScheduled;

    ResponseWriter(ChannelHandlerContext context, Dispatcher dispatcher) {
        this.context = context;
        this.dispatcher = dispatcher;
    }

    /** @return what is left to do: nothing, or to hang up */
    Answer write(Request request, Answer.Message message) {
        try {
            encode(request, message).forEach(part -> part.write(context));
        } catch (RuntimeException e) {
            // Nothing has been written yet: another response can take the place of this one.
            if (!(dispatcher.failure(request, e) instanceof Answer.Message error)) {
                return new Answer.HangUp();
            }
            encode(request, error).forEach(part -> part.write(context));
        }
        unflushed = true;
        return new Answer.Silence();
    }

    private List<ResponsePart> encode(Request request, Answer.Message message) {
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
