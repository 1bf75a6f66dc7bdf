// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.EventLoop;
import io.varve.server.clients.ClientSoftware;
import io.varve.server.clients.ClientUse;
import io.varve.server.security.sasl.SaslAuthentication;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** A connection without a network, for handlers that use neither timers nor close listeners. */
public class Loopback implements Connection {
    private volatile KafkaPrincipal principal = KafkaPrincipal.ANONYMOUS;

    @Override
    public String id() {
        return "test";
    }

    @Override
    public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public String listenerName() {
        return "PLAINTEXT";
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return principal;
    }

    @Override
    public void authenticated(KafkaPrincipal peer) {
        principal = peer;
    }

    @Override
    public SaslAuthentication authentication() {
        return null;
    }

    @Override
    public Executor executor() {
        return Runnable::run;
    }

    @Override
    public Executor background() {
        return Runnable::run;
    }

    @Override
    public EventLoop loopOfItsOwn() {
        return null;
    }

    @Override
    public Runnable schedule(long delayMs, Runnable task) {
        return () -> {}; // no time passes
    }

    @Override
    public TimedWaits waits() {
        throw new UnsupportedOperationException("no time passes");
    }

    @Override
    public ClientSoftware software() {
        return ClientSoftware.UNKNOWN;
    }

    @Override
    public List<ClientUse> peers() {
        return List.of();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public Runnable onClose(Runnable task) {
        throw new UnsupportedOperationException("this connection is never closed");
    }
}
