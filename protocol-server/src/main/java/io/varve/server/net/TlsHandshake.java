// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.varve.server.security.TlsListener;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the end of one connection's TLS handshake: notes who the client is, or logs why there is no
 * connection; then leaves the pipeline. Used on the connection's event loop.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TlsHandshake.class);

    private final NettyConnection connection;
    private final TlsListener listener;
    private final ServerContext server;
    private boolean failed;

    TlsHandshake(NettyConnection connection, TlsListener listener, ServerContext server) {
        this.connection = connection;
        this.listener = listener;
        this.server = server;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            context.fireUserEventTriggered(event);
        } else if (completion.isSuccess()) {
            succeeded(context);
        } else {
            // Netty's handler closes the connection, after it has sent the alert that tells the client why.
            failed(context, completion.cause());
        }
    }

    private void succeeded(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        try {
            if (connection.securityProtocol() == SecurityProtocol.SSL) {
                connection.authenticated(listener.principal(tls.engine().getSession(), connection.clientAddress()));
            }
        } catch (KafkaException e) {
            server.handshakeFailed(connection, e.getMessage() + ": " + e.getCause());
            failed = true;
            context.close();
            return;
        }
        context.pipeline().remove(this);
    }

    private void failed(ChannelHandlerContext context, Throwable cause) {
        if (failed) {
            return;
        }
        failed = true;
        boolean reset = cause instanceof IOException && !(cause instanceof SSLException);
        if (context.channel().isActive() && !reset) {
            server.handshakeFailed(connection, reason(cause));
        } else {
            // Whoever only looks whether the port is open does this.
            LOG.debug("{} left during its TLS handshake: {}", connection.id(), cause.toString());
        }
    }

    private String reason(Throwable cause) {
        String where = "listener " + connection.listenerName() + " speaks TLS";
        if (cause instanceof NotSslRecordException) {
            return where + ", and what arrived is not TLS; the client needs security.protocol="
                    + connection.securityProtocol();
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return where + ", and the client did not finish its handshake in time";
        }
        String message = String.valueOf(cause.getMessage());
        if (message.contains("certificate_unknown") || message.contains("unknown_ca")) {
            return "the client does not accept this server's certificate (" + message + ")";
        }
        if (message.contains("Empty client certificate chain")) {
            return "the client gave no certificate (ssl.client.auth=required)";
        }
        return "the TLS handshake failed: " + message;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(context, cause.getCause() == null ? cause : cause.getCause());
        context.close();
    }
}
