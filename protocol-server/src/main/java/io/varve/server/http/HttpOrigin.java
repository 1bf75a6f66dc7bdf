// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.varve.server.security.TlsListener;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Where a call comes from. Immutable.
 *
 * @param client the peer's address
 * @param listener the address of this server that the peer reached
 * @param tls tells who shows a certificate; null without TLS
 * @param session the connection's; null without TLS
 */
record HttpOrigin(InetSocketAddress client, InetSocketAddress listener, TlsListener tls, SSLSession session) {
    private static final int FORBIDDEN = 403;

    /**
     * @param channel a connection whose request has arrived
     * @param tls the listener's TLS, or null
     * @return where its calls come from
     */
    static HttpOrigin of(Channel channel, TlsListener tls) {
        return new HttpOrigin(
                (InetSocketAddress) channel.remoteAddress(),
                (InetSocketAddress) channel.localAddress(),
                tls,
                tls == null
                        ? null
                        : channel.pipeline().get(SslHandler.class).engine().getSession());
    }

    boolean isEncrypted() {
        return tls != null;
    }

    /**
     * @return who the peer is by its certificate; empty without one
     * @throws HttpRefusal if no mapping rule takes the certificate's name
     */
    Optional<KafkaPrincipal> certified() {
        if (tls == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(tls.principal(session, client.getAddress()))
                    .filter(known -> !known.equals(KafkaPrincipal.ANONYMOUS));
        } catch (KafkaException e) {
            throw new HttpRefusal(FORBIDDEN, "no rule of ssl.principal.mapping.rules takes your certificate's name");
        }
    }
}
