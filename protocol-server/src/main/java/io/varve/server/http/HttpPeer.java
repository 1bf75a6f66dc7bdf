// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.varve.server.net.TlsFault;
import io.varve.server.net.WorkerPool;
import io.varve.server.security.TlsListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one HTTP connection: checks its requests, has each answered on the threads of its route,
 * one after another, and closes it when the next one does not arrive in time. Confined to the event loop,
 * but for the answers.
 */
final class HttpPeer extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPeer.class);

    /**
     * Headers of every answer. A page may load nothing from elsewhere, and no other site may frame or embed
     * what is answered; answers hold records and are kept nowhere.
     */
    private static final Map<String, String> SECURITY = Map.of(
            "Content-Security-Policy",
                    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
            "X-Content-Type-Options", "nosniff",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-store");

    /** What a route that has failed answers; nothing is read from the connection after it. */
    private static final HttpResponseStatus FAILED = HttpResponseStatus.INTERNAL_SERVER_ERROR;

    /** Max ms from the last answer to the close. */
    private static final long LINGER_MS = 5_000;

    private final HttpShared server;
    private final Map<HttpLane, WorkerPool.Flow> flows = new EnumMap<>(HttpLane.class);
    private final TlsListener tls;
    private Future<?> deadline;

    /**
     * @param server what all connections share
     * @param tls the listener's TLS; null without
     */
    HttpPeer(HttpShared server, TlsListener tls) {
        this.server = server;
        this.tls = tls;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        awaitRequest(context, WaitingPeers.Awaited.FIRST_REQUEST);
    }

    private void awaitRequest(ChannelHandlerContext context, WaitingPeers.Awaited which) {
        server.waiting().await(context.channel(), which);
        deadline = context.executor()
                .schedule(
                        () -> {
                            LOG.debug("{} sent no request in time", context.channel());
                            context.close();
                        },
                        server.limits().requestMs(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        deadline.cancel(false);
        server.waiting().remove(context.channel());
        // The next request is read when this one was answered.
        context.channel().config().setAutoRead(false);
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        HttpAnswer refused = refusal(request);
        if (refused != null) {
            send(context, refused, keepAlive && request.decoderResult().isSuccess());
            return;
        }
        HttpCall call;
        try {
            call = new HttpCall(
                    request.uri(),
                    request.headers(),
                    HttpOrigin.of(context.channel(), tls),
                    server.clock().nanos());
        } catch (IllegalArgumentException e) {
            send(context, refuse(HttpResponseStatus.BAD_REQUEST, "the address is malformed"), keepAlive);
            return;
        }
        HttpLane lane = server.routes().get().lane(call.path());
        if (lane == HttpLane.LOOP) {
            send(context, answer(call), keepAlive);
            return;
        }
        WorkerPool.Flow flow = flows.computeIfAbsent(lane, first -> new WorkerPool.Flow());
        server.workers().of(lane).execute(flow, () -> answerOnWorker(context, call, keepAlive), context::close);
    }

    private void answerOnWorker(ChannelHandlerContext context, HttpCall call, boolean keepAlive) {
        boolean answered = false;
        try {
            HttpAnswer answer = answer(call);
            context.executor()
                    .schedule(() -> send(context, answer, keepAlive), answer.delayMs(), TimeUnit.MILLISECONDS);
            answered = true;
        } finally {
            if (!answered) {
                context.close(); // not even the failure could be told: without memory, for example
            }
        }
    }

    /** @return the answer to a request that no route gets; null for others */
    private HttpAnswer refusal(FullHttpRequest request) {
        DecoderResult decoded = request.decoderResult();
        if (decoded.isFailure()) {
            return undecoded(decoded.cause());
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1 || !server.hosts().accepts(hosts.get(0))) {
            return refuse(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    "this server is not called so: use localhost, an address, or a name of http.listeners"
                            + " or advertised.listeners");
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            HttpAnswer only =
                    refuse(HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD: nothing can be changed");
            return new HttpAnswer(only.status(), only.contentType(), only.body(), Map.of("Allow", "GET, HEAD"));
        }
        return null;
    }

    private static HttpAnswer undecoded(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return refuse(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the address is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return refuse(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long");
        }
        return cause instanceof TooLongHttpContentException
                ? refuse(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too long: none is needed")
                : refuse(HttpResponseStatus.BAD_REQUEST, "this is not HTTP");
    }

    private static HttpAnswer refuse(HttpResponseStatus status, String reason) {
        return HttpAnswer.text(status.code(), reason + "\n");
    }

    private HttpAnswer answer(HttpCall call) {
        try {
            HttpRoute route = server.routes()
                    .get()
                    .find(call.path())
                    .orElseThrow(() -> new HttpRefusal(HttpResponseStatus.NOT_FOUND.code(), "there is nothing here"));
            return route.answer(call);
        } catch (HttpRefusal e) {
            return HttpAnswer.of(e, HttpAnswer.TEXT, (e.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeException | Error e) {
            server.failures().warn(e, "cannot answer {}", call.path());
            return refuse(FAILED, "this failed; the server's log says why");
        }
    }

    private void send(ChannelHandlerContext context, HttpAnswer answer, boolean wantsMore) {
        boolean keepAlive = wantsMore && answer.status() != FAILED.code();
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                Unpooled.wrappedBuffer(answer.body()));
        SECURITY.forEach(response.headers()::set);
        answer.headers().forEach(response.headers()::set);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        response.headers().set(HttpHeaderNames.CONNECTION, keepAlive ? "keep-alive" : "close");
        server.waiting().await(context.channel(), WaitingPeers.Awaited.RECEIPT);
        context.writeAndFlush(response).addListener(written -> {
            server.waiting().remove(context.channel());
            if (!written.isSuccess()) {
                context.close();
            } else if (keepAlive) {
                awaitRequest(context, WaitingPeers.Awaited.NEXT_REQUEST);
                context.channel().config().setAutoRead(true);
            } else {
                awaitEnd(context);
            }
        });
    }

    /** The peer has a limited time to read the last answer, which a close could take from it. */
    private void awaitEnd(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            return;
        }
        server.waiting().await(context.channel(), WaitingPeers.Awaited.RECEIPT);
        long lingerMs = Math.min(LINGER_MS, server.limits().requestMs());
        deadline = context.executor().schedule(() -> context.close(), lingerMs, TimeUnit.MILLISECONDS);
        LingeringEnd.begin(context.channel());
    }

    /** Netty's handler closes a connection without a handshake, after the alert that tells the client why. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent ended && !ended.isSuccess()) {
            if (context.channel().isActive() && !TlsFault.isReset(ended.cause())) {
                tls.handshakeFailed();
                server.handshakes()
                        .warn(
                                "closing {}: {}",
                                context.channel().remoteAddress(),
                                TlsFault.reason(HttpConfig.HTTPS, "https://", ended.cause()));
            } else {
                LOG.debug("{} left during its TLS handshake", context.channel(), ended.cause());
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{} broke: {}", context.channel(), cause.toString());
        } else {
            LOG.debug("closing {}, which failed", context.channel(), cause);
        }
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.cancel(false);
        server.waiting().remove(context.channel());
    }
}
