// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.varve.server.api.Answer;
import io.varve.server.api.ApiPolicy;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.api.RequestParser;
import io.varve.server.api.StoredRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: reads frames, has them served in their order, sends the answers in the order of the requests.
 *
 * <pre>
 *   SERVING --(bad frame, or finish)--> FINISHING --(all answers sent)--> CLOSING --> CLOSED
 *      |                                    |                                ^          ^
 *      +------(a request's answer is to hang up)-----------------------------+          |
 *      +-------------------(the peer closes, or something fails)------------------------+
 * </pre>
 *
 * A request is served when what came before it is answered; produce requests also while others of them are under way. What takes long
 * is done by a {@link WorkerPool}, and nothing else of the connection is served meanwhile. While serving, it stops reading as long
 * as a limit is reached or the peer does not take its responses. All state belongs to the event loop.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    /** So much is read, at most about, beyond a request that waits for its turn. */
    private static final int READ_AHEAD = 16 * 1024;

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
    private final WorkerPool.Party party = new WorkerPool.Party();

    private ChannelHandlerContext context;
    private ResponseWriter responses;
    private State state = State.SERVING;
    private long queuedBytes;

    /** The frame whose turn is next or that is being served; null when the next one is still to be asked for. */
    private ByteBuffer frame;

    /** The request begun last; the others are answered before it. */
    private Slot last;

    /** A worker thread has the frame. */
    private boolean away;

    /** In {@link #advance}: answers given meanwhile are sent by it. */
    private boolean advancing;

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
        responses = new ResponseWriter(added, service.dispatcher());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state != State.SERVING) {
            bytes.release();
            return;
        }
        responses.readBegins();
        frames.offer(bytes);
        advance();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        responses.readEnds();
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
        if (!away) {
            frames.close();
        }
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
            } while (sendAnswers() && mayServe() && (frame != null || frames.hasArrived()));
        } finally {
            advancing = false;
        }
        if (state == State.FINISHING && slots.isEmpty()) {
            closeWhenSent();
        }
        updateReading();
        responses.flushSoon();
    }

    private void serveFrames() {
        try {
            while (hasTurn()) {
                serve();
            }
        } catch (InvalidRequestException | FrameException e) {
            refuse(e);
        }
    }

    /** @return true when there is a frame and it may be served now */
    private boolean hasTurn() {
        if (!mayServe()) {
            return false;
        }
        if (frame == null) {
            frame = frames.next();
        }
        return frame != null && (slots.isEmpty() || last.allowsBehind(api()));
    }

    private short api() {
        return frame.remaining() < Short.BYTES ? -1 : frame.getShort(frame.position());
    }

    /** The peer does not speak the protocol: what it sends from here on cannot be made out. */
    private void refuse(RuntimeException e) {
        service.malformed().warn("closing {}: {}", connection.id(), e.getMessage());
        if (state == State.SERVING) {
            state = State.FINISHING;
        }
    }

    private boolean mayServe() {
        return !away
                && state == State.SERVING
                && slots.size() < service.limits().maxQueuedPerConnection()
                && queuedBytes < service.limits().maxQueuedBytesPerConnection()
                && context.channel().isWritable()
                && (frame != null || frames.isMidFrame() || !service.budget().isExhausted());
    }

    private void serve() {
        Slot slot = new Slot(api(), frame.remaining());
        try {
            slot.request(RequestParser.parse(frame, connection));
        } catch (InvalidRequestException e) {
            releaseFrame();
            throw e;
        }
        slots.add(slot);
        last = slot;
        queuedBytes += slot.bytes();
        service.budget().queue(slot.bytes());
        if (ApiPolicy.of(slot.request().header().apiKey()).place() == ApiPolicy.Place.BACKGROUND) {
            handleInBackground(slot);
            return;
        }
        try {
            awaitAnswer(slot, service.dispatcher().dispatch(slot.request()));
            releaseFrame();
        } catch (HeavyRequestException e) {
            LOG.debug("{} goes to a worker thread: {}", connection.id(), e.getMessage());
            handleInBackground(slot);
        }
    }

    private void awaitAnswer(Slot slot, CompletionStage<Answer> stage) {
        stage.whenComplete((answer, never) -> answered(slot, answer));
    }

    private void releaseFrame() {
        frame = null;
        frames.release();
    }

    /** Until the handler has returned, the frame stays, and nothing else is served. */
    private void handleInBackground(Slot slot) {
        away = true;
        Request request = slot.request().inBackground();
        slot.request(request);
        service.workers().execute(party, () -> {
            try {
                awaitAnswer(slot, service.dispatcher().dispatch(request));
            } finally {
                comeBack();
            }
        });
    }

    /** On a worker thread, which is done with the frame. */
    private void comeBack() {
        try {
            context.executor().execute(() -> {
                away = false;
                releaseFrame();
                if (state == State.CLOSED) {
                    frames.close();
                } else {
                    advanceOrClose();
                }
            });
        } catch (RejectedExecutionException e) {
            // The event loop has ended, so nobody else is at the frames.
            LOG.debug("{} was served after the server stopped", connection.id());
            frames.close();
        }
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
        if (slot == slots.peek()) {
            advanceOrClose();
        }
    }

    private void advanceOrClose() {
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
            answer = responses.write(slot.request(), message);
        }
        if (answer instanceof Answer.HangUp) {
            dropSlots();
            closeWhenSent();
        }
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

    /** What comes while a request waits for its turn is taken in up to a limit, so that a peer that leaves is noticed. */
    private void updateReading() {
        boolean waits = state == State.SERVING && (away || frame != null);
        boolean read = waits ? frames.arrivedBytes() < READ_AHEAD : mayServe();
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
}
