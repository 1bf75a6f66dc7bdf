// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.net.InetAddress;
import java.util.concurrent.Executor;

/** The connection a request came over, as far as a handler may see it. Thread-safe. */
public interface Connection {
    /** @return names the connection in logs: {@code local-remote}, unique while the server runs */
    String id();

    /** @return the peer's address */
    InetAddress clientAddress();

    /** @return name of the listener it came in by, for example PLAINTEXT */
    String listenerName();

    /** @return runs tasks on the connection's event loop */
    Executor executor();

    /**
     * Runs a task on the event loop later.
     *
     * @param delayMs ms from now
     * @param task what to run; short, must not block
     * @return calls the task off; idempotent
     */
    Runnable schedule(long delayMs, Runnable task);

    /** @return true until the connection is closed */
    boolean isOpen();

    /**
     * @param task runs once when the connection is closed, at once if it is closed already
     * @return takes the task back, so that a connection of many requests does not gather theirs; idempotent
     */
    Runnable onClose(Runnable task);
}
