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

/** The connection of a request, with what a handler may use of it. Thread-safe. */
public interface Connection {
    /** @return the connection's name in logs: {@code local-remote}, unique while the server runs */
    String id();

    /** @return the peer's address */
    InetAddress clientAddress();

    /** @return name of the listener that accepted the connection, for example PLAINTEXT */
    String listenerName();

    /** @return the protocol of the listener that accepted the connection */
    SecurityProtocol securityProtocol();

    /** @return who the peer is; ANONYMOUS until it is authenticated */
    KafkaPrincipal principal();

    /**
     * Notes who the peer is. Requests that are served afterwards are of this principal.
     *
     * @param principal whom the peer has proved to be
     */
    void authenticated(KafkaPrincipal principal);

    /**
     * @return how far the peer has come to authenticate by SASL; null if the listener has no SASL
     */
    SaslAuthentication authentication();

    /** @return the connection's event loop; rejects tasks when the server has stopped */
    Executor executor();

    /**
     * @return runs tasks on worker threads, where they may wait for disks, in turn with those of other
     *     connections. A connection gives it one task at a time. Drops tasks when the server has stopped
     */
    Executor background();

    /**
     * Tells whether the connection has its event loop to itself, so that nobody else waits while the loop
     * waits for a device. Call on the event loop.
     *
     * @return the event loop, if it has read from no other connection for a while; else null
     */
    EventLoop loopOfItsOwn();

    /**
     * Runs a task on the event loop later.
     *
     * @param delayMs ms from now
     * @param task the task; must be short, and must not block
     * @return cancels the task; idempotent
     */
    Runnable schedule(long delayMs, Runnable task);

    /** @return the waits of the connection's requests, which have one timer; use on the event loop */
    TimedWaits waits();

    /** @return the library that the client has named in its requests so far */
    ClientSoftware software();

    /** @return the clients that are connected to the server, this one included, in no order */
    List<ClientUse> peers();

    /** @return false once the connection is closed */
    boolean isOpen();

    /**
     * Adds a listener for the end of the connection.
     *
     * @param task runs once when the connection is closed; at once if it is closed already
     * @return removes the task, so that the tasks of past requests do not pile up; idempotent
     */
    Runnable onClose(Runnable task);
}
