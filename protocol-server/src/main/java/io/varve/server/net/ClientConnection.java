// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.varve.server.api.Answer;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.api.RequestExtent;
import io.varve.server.api.RequestParser;
import java.io.IOException;
import java.nio.ByteBuffer;
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
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** So much is read, at most about, beyond a request that waits for its turn. */
    private static final int READ_AHEAD = 16 * 1024;

    /** Cost in bytes of a request that is served though others have used up the budget. */
    private static final int ALWAYS_SERVED = 64 * 1024;

    private enum State {
        SERVING,
        FINISHING,
        CLOSING,
        CLOSED
    }

    private final ServerContext service;
    private final NettyConnection connection;
    private final FrameAssembler frames;
    private final WorkerPool.Party party = new WorkerPool.Party();

    private ChannelHandlerContext context;
    private ResponseWriter responses;
    private ResponseOrder answers;
    private State state = State.SERVING;

    /** What has arrived and waits for its turn, or is with a worker thread; null when the next frame is still to be asked for. */
    private NextRequest next;

    /** A worker thread has {@link #next}. */
    private boolean away;

    /** In {@link #advance}: answers given meanwhile are sent by it. */
    private boolean advancing;

    private boolean awaitingBudget;

    /** Everything is written, and the close that follows it. */
    private boolean lastWritten;

    ClientConnection(ServerContext service, NettyConnection connection, FrameAssembler frames) {
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
        responses = new ResponseWriter(
                added, service.dispatcher(), service.budget().unsent().share(added.channel()::close));
        answers = new ResponseOrder(service.budget(), responses);
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
        if (away || next != null || !answers.isEmpty()) {
            frames.beginAnew();
        } else if (frames.hasBegunBefore(service.frameDeadlineNanos())) {
            throw FrameException.ofDelay();
        }
        advance();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        responses.readEnds();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (state != State.CLOSED) {
            responses.writeOn();
        }
        advance();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent && answers.isEmpty()) {
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
        answers.drop();
        responses.drop();
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
            } while (sendAnswers() && mayServe() && (next != null || frames.hasArrived()));
        } finally {
            advancing = false;
        }
        if (state == State.FINISHING && answers.isEmpty()) {
            state = State.CLOSING;
        }
        if (state == State.CLOSING && !lastWritten && responses.isAllWritten()) {
            lastWritten = true;
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
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

    /** @return true when there is a request and it may be served now */
    private boolean hasTurn() {
        if (!mayServe()) {
            return false;
        }
        if (next == null) {
            ByteBuffer frame = frames.next();
            if (frame == null) {
                return false;
            }
            next = NextRequest.of(frame);
        }
        return answers.allow(next) && !waitsForBudget();
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
                && answers.size() < service.limits().maxQueuedPerConnection()
                && answers.bytes() < service.limits().maxQueuedBytesPerConnection()
                && responses.isAllWritten()
                && context.channel().isWritable();
    }

    /** A connection's one small request is let through in any case, so that nobody is kept out by those who ask for much. */
    private boolean waitsForBudget() {
        return kind().isExhausted() && (next.withRecords() || next.cost() > ALWAYS_SERVED);
    }

    private RequestBudget.Kind kind() {
        return next == null || next.withRecords()
                ? service.budget().records()
                : service.budget().others();
    }

    private void serve() {
        ResponseSlot slot = answers.begin(next);
        if (next.isParsedAway() || next.policy().inBackground(next.extent())) {
            goAway(slot);
            return;
        }
        try {
            slot.request(RequestParser.parse(next.frame(), connection));
        } catch (InvalidRequestException e) {
            answers.forget(slot);
            releaseFrame();
            throw e;
        }
        handle(slot);
    }

    private void handle(ResponseSlot slot) {
        try {
            awaitAnswer(slot, service.dispatcher().dispatch(slot.request()));
            releaseFrame();
        } catch (HeavyRequestException e) {
            LOG.debug("{} goes to a worker thread: {}", connection.id(), e.getMessage());
            slot.request(slot.request().inBackground());
            goAway(slot);
        }
    }

    private void awaitAnswer(ResponseSlot slot, CompletionStage<Answer> stage) {
        stage.whenComplete((answer, never) -> answered(slot, answer));
    }

    private void releaseFrame() {
        next = null;
        frames.release();
    }

    /** Has a worker thread do what is left to do. Until it is done the frame stays, and nothing else is served. */
    private void goAway(ResponseSlot slot) {
        away = true;
        NextRequest request = next;
        service.workers().execute(party, () -> {
            RuntimeException refusal = null;
            try {
                if (slot.request() == null) {
                    slot.request(parse(request, slot));
                }
                if (slot.request().background()) {
                    awaitAnswer(slot, service.dispatcher().dispatch(slot.request()));
                }
            } catch (InvalidRequestException e) {
                refusal = e;
            } finally {
                comeBack(slot, refusal);
            }
        });
    }

    /** On a worker thread. */
    private Request parse(NextRequest request, ResponseSlot slot) {
        RequestExtent extent = request.extent() == null ? RequestParser.inspect(request.frame()) : request.extent();
        slot.correctCost(request.cost(extent));
        Request parsed = RequestParser.parse(request.frame(), connection);
        return request.policy().inBackground(extent) ? parsed.inBackground() : parsed;
    }

    /** On a worker thread, which is done with the frame. */
    private void comeBack(ResponseSlot slot, RuntimeException refusal) {
        try {
            context.executor().execute(() -> isBack(slot, refusal));
        } catch (RejectedExecutionException e) {
            // The event loop has ended, so nobody else is at the frames.
            LOG.debug("{} was served after the server stopped", connection.id());
            frames.close();
        }
    }

    private void isBack(ResponseSlot slot, RuntimeException refusal) {
        away = false;
        if (state == State.CLOSED) {
            frames.close();
            return;
        }
        try {
            advancing = true; // an answer that is there at once must not have the same request served again
            try {
                goOn(slot, refusal);
            } finally {
                advancing = false;
            }
            advance();
        } catch (RuntimeException | Error e) {
            exceptionCaught(context, e);
        }
    }

    private void goOn(ResponseSlot slot, RuntimeException refusal) {
        if (refusal != null) {
            answers.forget(slot);
            releaseFrame();
            refuse(refusal);
        } else if (slot.request().background()) {
            releaseFrame();
        } else {
            handle(slot);
        }
    }

    /** On any thread. */
    private void answered(ResponseSlot slot, Answer answer) {
        if (context.executor().inEventLoop()) {
            accept(slot, answer);
            return;
        }
        try {
            context.executor().execute(() -> accept(slot, answer));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} was answered after the server stopped", connection.id());
            ResponseOrder.discard(answer);
        }
    }

    private void accept(ResponseSlot slot, Answer answer) {
        if (state == State.CLOSING || state == State.CLOSED) {
            ResponseOrder.discard(answer);
            return;
        }
        slot.answer(answer);
        if (!answers.isNext(slot)) {
            return;
        }
        try {
            advance();
        } catch (RuntimeException | Error e) {
            // Whoever gave the answer cannot do anything about it, nor would it tell.
            exceptionCaught(context, e);
        }
    }

    /** @return true if any was sent */
    private boolean sendAnswers() {
        ResponseOrder.Sent sent = answers.send();
        if (sent == ResponseOrder.Sent.HANG_UP) {
            state = State.CLOSING;
        }
        return sent != ResponseOrder.Sent.NOTHING;
    }

    /** What comes while a request waits for its turn is taken in up to a limit, so that a peer that leaves is noticed. */
    private void updateReading() {
        boolean waits = away || next != null;
        frames.countArrived();
        boolean read = state == State.SERVING
                && (waits
                        ? frames.arrivedBytes() < READ_AHEAD
                        : mayServe() && (frames.isMidFrame() || !kind().isExhausted()));
        context.channel().config().setAutoRead(read);
        if (state == State.SERVING && !away && !awaitingBudget && kind().isExhausted()) {
            awaitingBudget = true;
            kind().await(() -> context.executor().execute(() -> {
                awaitingBudget = false;
                advance();
            }));
        }
    }
}
