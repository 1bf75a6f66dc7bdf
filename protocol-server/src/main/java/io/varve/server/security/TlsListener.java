// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/** Gives each connection of one listener its TLS engine, and tells who has connected. Thread-safe. */
public final class TlsListener {
    private final ListenerSecurity security;
    private final DefaultKafkaPrincipalBuilder principals;
    private final TlsStores stores;
    private final LongAdder failedHandshakes = new LongAdder();

    private TlsListener(ListenerSecurity security, DefaultKafkaPrincipalBuilder principals, TlsStores stores) {
        this.security = security;
        this.principals = principals;
        this.stores = stores;
    }

    /**
     * Loads a listener's key stores.
     *
     * @param security a listener with TLS
     * @param clock the machine's: certificates are valid by it
     * @return the listener
     * @throws TlsConfigException if clients could not connect with these settings and files
     */
    static TlsListener open(ListenerSecurity security, Clock clock) {
        return new TlsListener(security, principals(security), TlsStores.load(security, clock));
    }

    private static DefaultKafkaPrincipalBuilder principals(ListenerSecurity security) {
        String key = BrokerSecurityConfigs.SSL_PRINCIPAL_MAPPING_RULES_CONFIG;
        try {
            return new DefaultKafkaPrincipalBuilder(null, MappingRules.parse((String)
                    TlsSettings.parse(security).get(key)));
        } catch (IllegalArgumentException e) {
            throw TlsConfigException.of(security, key, "is wrong: " + e.getMessage(), e);
        }
    }

    /**
     * Lets new connections have what is in the files of the key stores when these change.
     *
     * @param scheduler looks at the files until it is closed
     */
    void watch(Scheduler scheduler) {
        stores.watch(scheduler);
    }

    /**
     * @param peer the client's address; not looked up
     * @return a new engine for one connection
     */
    public SSLEngine engine(InetSocketAddress peer) {
        return stores.current().engine(peer.getAddress().getHostAddress(), peer.getPort());
    }

    /** @return when the certificate that clients see expires, in ms since the epoch */
    public long certificateEndMs() {
        return stores.current().certificate().getNotAfter().getTime();
    }

    /** Counts a handshake that came to no connection. */
    public void handshakeFailed() {
        failedHandshakes.increment();
    }

    /** @return the number of handshakes that came to no connection */
    public long failedHandshakes() {
        return failedHandshakes.sum();
    }

    /**
     * @param session the session of a finished handshake
     * @param client the client's address
     * @return who the client is by its certificate; ANONYMOUS without one
     * @throws org.apache.kafka.common.KafkaException if no mapping rule takes the certificate's name
     */
    public KafkaPrincipal principal(SSLSession session, InetAddress client) {
        return principals.build(new SslAuthenticationContext(session, client, security.listener()));
    }
}
