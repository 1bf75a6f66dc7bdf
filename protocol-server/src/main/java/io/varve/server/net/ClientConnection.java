// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.varve.server.api.table.RequestOutcome;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one connection from its first byte to its close: reads requests, has them served, and sends the
 * answers in the order of the requests.
 *
 * <pre>
 *   SERVING --(bad frame, or finish)--> FINISHING --(all answers sent)--> CLOSING --> CLOSED
 *      |                                    |                                ^          ^
 *      +------(a request's answer is to hang up)-----------------------------+          |
 *      +-------------------(the peer closes, or something fails)------------------------+
 * </pre>
 *
 * {@link RequestSequencer} serves the requests, {@link ResponseOrder} keeps their answers in order,
 * {@link BackPressure} decides whether more is read. All state is confined to the event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    private enum State {
        SERVING,
        FINISHING,
        CLOSING,
        CLOSED
    }

    private final ServerContext server;
    private final NettyConnection connection;
    private final FrameAssembler frames;

    private ChannelHandlerContext context;
    private ResponseWriter responses;
    private ResponseOrder order;
    private BackPressure backPressure;
    private RequestSequencer requests;
    private QuotaHold hold;
    private State state = State.SERVING;

    /** True while {@link #advance} runs, which also sends the answers given meanwhile. */
    private boolean advancing;

    /** True once the last response is written and the close is queued behind it. */
    private boolean lastWritten;

    ClientConnection(ServerContext server, NettyConnection connection, FrameAssembler frames) {
        this.server = server;
        this.connection = connection;
        this.frames = frames;
    }

    /** Serves no further requests, answers the begun ones, then closes. Call on the event loop. */
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
                added, server, server.budget().unsent().share(added.channel()::close), connection.isEncrypted());
        order = new ResponseOrder(server.budget(), responses, server.traffic());
        hold = new QuotaHold(server, connection, this::advanceOrClose);
        backPressure = new BackPressure(server.limits(), added, frames, order, responses, hold);
        requests = new RequestSequencer(server, connection, frames, order, backPressure, this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state != State.SERVING) {
            bytes.release();
            return;
        }
        connection.read();
        responses.beginRead();
        frames.offer(bytes);
        if (requests.isWaiting() || !order.isEmpty() || hold.isOn()) {
            frames.restartDeadline();
        } else if (frames.hasBegunBefore(server.frameDeadlineNanos())) {
            throw FrameException.ofDelay();
        }
        advance();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        responses.endRead();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (state != State.CLOSED) {
            responses.writeMore();
        }
        advance();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent && order.isEmpty()) {
            LOG.debug("{} was idle for connections.max.idle.ms", connection.id());
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof FrameException) {
            server.malformed(connection, cause);
        } else if (cause instanceof DecoderException && cause.getCause() instanceof SSLException) {
            server.malformed(connection, FrameException.ofDamagedTls(cause.getCause()));
        } else if (cause instanceof IOException) {
            LOG.debug("{} broke: {}", connection.id(), cause.toString());
        } else {
            server.broken(connection, cause);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        if (!requests.isWithWorker()) {
            frames.close();
        }
        order.drop();
        responses.drop();
        hold.drop();
        connection.closed();
    }

    /** Ends the connection: no worker serves its request, for the server stops. */
    void abandonAfterWorker() {
        if (state == State.CLOSED) {
            frames.close();
        } else {
            context.close();
        }
    }

    /**
     * Serves the requests that have arrived, sends the answers that are ready, and resumes reading, each
     * within the limits.
     */
    void advance() {
        if (advancing || state == State.CLOSED) {
            return;
        }
        boolean timed = beginTiming();
        advancing = true;
        try {
            do {
                serve();
            } while (sendAnswers() && state == State.SERVING && requests.mayServe() && requests.hasUnread());
        } finally {
            advancing = false;
            endTiming(timed);
        }
        if (state == State.FINISHING && order.isEmpty()) {
            state = State.CLOSING;
        }
        if (state == State.CLOSING && !lastWritten && responses.isAllWritten()) {
            lastWritten = true;
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
        backPressure.update(state == State.SERVING, requests, this);
        responses.flushSoon();
    }

    /** @return true if the time of the event loop is counted from now on */
    private boolean beginTiming() {
        boolean timed = server.throttle().countsTime();
        if (timed) {
            connection.busy().beginLoop();
        }
        return timed;
    }

    private void endTiming(boolean timed) {
        if (timed) {
            connection.busy().endLoop();
        }
    }

    private void serve() {
        try {
            while (state == State.SERVING && requests.hasTurn()) {
                requests.serve();
            }
        } catch (InvalidRequestException | FrameException e) {
            refuse(e);
        }
    }

    /**
     * Refuses all further bytes: after a request that violates the protocol the next frame cannot be located.
     */
    private void refuse(RuntimeException e) {
        server.malformed(connection, e);
        if (state == State.SERVING) {
            state = State.FINISHING;
        }
    }

    /** @return true if an answer was sent */
    private boolean sendAnswers() {
        ResponseOrder.Sent sent = order.send();
        if (sent == ResponseOrder.Sent.HANG_UP) {
            state = State.CLOSING;
        }
        return sent != ResponseOrder.Sent.NOTHING;
    }

    /** Queues an answer for sending. On any thread. */
    void answered(ResponseSlot slot, RequestOutcome answer) {
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

    private void accept(ResponseSlot slot, RequestOutcome answer) {
        if (state == State.CLOSING || state == State.CLOSED) {
            ResponseOrder.discard(answer);
            return;
        }
        try {
            hold.count(slot, answer);
        } catch (RuntimeException | Error e) {
            // The peer would wait for ever for an answer that is not sent.
            ResponseOrder.discard(answer);
            exceptionCaught(context, e);
            return;
        }
        slot.answer(answer);
        if (!order.isNext(slot)) {
            return;
        }
        advanceOrClose();
    }

    /** Advances for a caller that can neither handle nor report a failure. */
    private void advanceOrClose() {
        try {
            advance();
        } catch (RuntimeException | Error e) {
            exceptionCaught(context, e);
        }
    }

    /**
     * Resumes a request that a worker thread has finished with. On the event loop.
     *
     * @param refusal why the frame is not a valid request; null if it is valid
     */
    void resumeAfterWorker(ResponseSlot slot, RuntimeException refusal) {
        if (state == State.CLOSED) {
            frames.close();
            return;
        }
        try {
            boolean timed = beginTiming();
            advancing = true; // an immediate answer must not serve this request twice
            try {
                if (refusal != null) {
                    requests.forget(slot);
                    refuse(refusal);
                } else {
                    requests.resume(slot);
                }
            } finally {
                advancing = false;
                endTiming(timed);
            }
            advance();
        } catch (RuntimeException | Error e) {
            exceptionCaught(context, e);
        }
    }
}
