// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.varve.server.api.Answer;
import io.varve.server.api.Request;
import io.varve.server.api.RequestParser;
import io.varve.server.api.StoredRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: reads frames, has them served, sends the answers in the order of the requests.
 *
 * <pre>
 *   SERVING --(bad frame, or finish)--> FINISHING --(all answers sent)--> CLOSING --> CLOSED
 *      |                                    |                                ^          ^
 *      +------(a request's answer is to hang up)-----------------------------+          |
 *      +-------------------(the peer closes, or something fails)------------------------+
 * </pre>
 *
 * While serving, it stops reading as long as a limit is reached or the peer does not take its responses. All state belongs to
 * the event loop.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    private enum State {
        SERVING,
        FINISHING,
        CLOSING,
        CLOSED
    }

    private final Service service;
    private final PeerConnection connection;
    private final FrameAssembler frames;
    private final Queue<Slot> slots = new ArrayDeque<>();

    private ChannelHandlerContext context;
    private State state = State.SERVING;
    private long queuedBytes;

    /** In {@link #advance}: answers given meanwhile are sent by it. */
    private boolean advancing;

    /** Between a read and its end, where everything written is flushed. */
    private boolean reading;

    private boolean unflushed;
    private boolean flushScheduled;
    private boolean awaitingBudget;

    ConnectionHandler(Service service, PeerConnection connection, FrameAssembler frames) {
        this.service = service;
        this.connection = connection;
        this.frames = frames;
    }

    /** Serves no further request, answers those begun, then closes. Call on the event loop. */
    void finish() {
        if (state == State.SERVING) {
            state = State.FINISHING;
            advance();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state != State.SERVING) {
            bytes.release();
            return;
        }
        reading = true;
        frames.offer(bytes);
        advance();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        advance();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent && slots.isEmpty()) {
            LOG.debug("{} was idle for connections.max.idle.ms", connection.id());
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof FrameException) {
            service.malformed().warn("closing {}: {}", connection.id(), cause.getMessage());
        } else if (cause instanceof IOException) {
            LOG.debug("{} broke: {}", connection.id(), cause.toString());
        } else {
            service.broken().warn(cause, "closing {}, which failed", connection.id());
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        frames.close();
        dropSlots();
        connection.closed();
    }

    /** Goes as far as the limits allow: serves what has arrived, sends what is answered, reads on. */
    private void advance() {
        if (advancing || state == State.CLOSED) {
            return;
        }
        advancing = true;
        try {
            do {
                serveFrames();
            } while (sendAnswers() && frames.hasArrived() && mayServe());
        } finally {
            advancing = false;
        }
        if (state == State.FINISHING && slots.isEmpty()) {
            closeWhenSent();
        }
        updateReading();
        flushSoon();
    }

    private void serveFrames() {
        try {
            for (ByteBuffer frame = nextFrame(); frame != null; frame = nextFrame()) {
                try {
                    serve(frame);
                } finally {
                    frames.release();
                }
            }
        } catch (InvalidRequestException | FrameException e) {
            service.malformed().warn("closing {}: {}", connection.id(), e.getMessage());
            state = State.FINISHING;
        }
    }

    private ByteBuffer nextFrame() {
        return mayServe() ? frames.next() : null;
    }

    private boolean mayServe() {
        return state == State.SERVING
                && slots.size() < service.limits().maxQueuedPerConnection()
                && queuedBytes < service.limits().maxQueuedBytesPerConnection()
                && context.channel().isWritable()
                && (frames.isMidFrame() || !service.budget().isExhausted());
    }

    private void serve(ByteBuffer frame) {
        int bytes = frame.remaining();
        Slot slot = new Slot(RequestParser.parse(frame, connection), bytes);
        slots.add(slot);
        queuedBytes += bytes;
        service.budget().queue(bytes);
        service.dispatcher().dispatch(slot.request()).whenComplete((answer, never) -> answered(slot, answer));
    }

    /** On any thread. */
    private void answered(Slot slot, Answer answer) {
        if (context.executor().inEventLoop()) {
            accept(slot, answer);
            return;
        }
        try {
            context.executor().execute(() -> accept(slot, answer));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} was answered after the server stopped", connection.id());
            discard(answer);
        }
    }

    private void accept(Slot slot, Answer answer) {
        if (state == State.CLOSING || state == State.CLOSED) {
            discard(answer);
            return;
        }
        slot.answer(answer);
        if (slot != slots.peek()) {
            return;
        }
        try {
            advance();
        } catch (RuntimeException | Error e) {
            // Whoever gave the answer cannot do anything about it, nor would it tell.
            exceptionCaught(context, e);
        }
    }

    private static void discard(Answer answer) {
        if (answer instanceof Answer.Message message) {
            StoredRecords.closeAll(message.body());
        }
    }

    /** @return true if any was sent */
    private boolean sendAnswers() {
        boolean sent = false;
        for (Slot slot = slots.peek(); slot != null && slot.answer() != null; slot = slots.peek()) {
            slots.remove();
            free(slot);
            send(slot);
            sent = true;
        }
        return sent;
    }

    private void send(Slot slot) {
        Answer answer = slot.answer();
        if (answer instanceof Answer.Message message) {
            answer = write(slot.request(), message);
        }
        if (answer instanceof Answer.HangUp) {
            dropSlots();
            closeWhenSent();
        }
    }

    /** @return what is left to do: nothing, or to hang up */
    private Answer write(Request request, Answer.Message message) {
        try {
            encode(request, message).forEach(part -> part.write(context));
        } catch (RuntimeException e) {
            // Nothing has been written yet: another response can take the place of this one.
            if (!(service.dispatcher().failure(request, e) instanceof Answer.Message error)) {
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

    private void closeWhenSent() {
        state = State.CLOSING;
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void dropSlots() {
        for (Slot slot : slots) {
            free(slot);
            discard(slot.answer());
        }
        slots.clear();
    }

    private void free(Slot slot) {
        queuedBytes -= slot.bytes();
        service.budget().unqueue(slot.bytes());
    }

    private void updateReading() {
        boolean read = mayServe();
        context.channel().config().setAutoRead(read);
        if (!read
                && state == State.SERVING
                && !awaitingBudget
                && service.budget().isExhausted()) {
            awaitingBudget = true;
            service.budget()
                    .await(() -> context.executor().execute(() -> {
                        awaitingBudget = false;
                        advance();
                    }));
        }
    }

    /** Answers given one after the other from other threads share a flush: it queues up behind them. */
    private void flushSoon() {
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
