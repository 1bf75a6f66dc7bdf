// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.varve.server.security.TlsListener;
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
            listener.handshakeFailed();
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
        if (context.channel().isActive() && !TlsFault.isReset(cause)) {
            listener.handshakeFailed();
            server.handshakeFailed(
                    connection,
                    TlsFault.reason(
                            connection.listenerName(), "security.protocol=" + connection.securityProtocol(), cause));
        } else {
            // Whoever only looks whether the port is open does this.
            LOG.debug("{} left during its TLS handshake: {}", connection.id(), cause.toString());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(context, cause.getCause() == null ? cause : cause.getCause());
        context.close();
    }
}
