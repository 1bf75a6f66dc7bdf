// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.Connection;
import io.varve.server.api.TimedWaits;
import io.varve.server.clients.ClientSoftware;
import io.varve.server.clients.ClientUse;
import io.varve.server.security.sasl.SaslAuthentication;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * A connection within the process, for the requests of one call of the page. Its event loop is the thread
 * that waits for the answers: {@link #await} runs what the handlers give to it. Thread-safe, but for
 * {@link #await}.
 */
final class PageConnection implements Connection, AutoCloseable {
    private static final String LISTENER = "HTTP";

    private final KafkaPrincipal principal;
    private final InetAddress client;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Supplier<List<ClientUse>> peers;
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final TimedWaits waits;

    /** Tasks for the end; null once they have run. Guarded by this. */
    private List<Runnable> atClose = new ArrayList<>();

    /**
     * @param principal in whose name requests are made
     * @param client the address of who asks
     * @param clock the only source of time
     * @param scheduler runs what handlers schedule
     * @param peers who is connected
     */
    PageConnection(
            KafkaPrincipal principal,
            InetAddress client,
            Clock clock,
            Scheduler scheduler,
            Supplier<List<ClientUse>> peers) {
        this.principal = principal;
        this.client = client;
        this.clock = clock;
        this.scheduler = scheduler;
        this.peers = peers;
        waits = new TimedWaits(clock, this::schedule);
    }

    /**
     * Waits for an answer, and runs the tasks of the connection meanwhile.
     *
     * @param answer the answer
     * @param ms max ms to wait
     * @return true if it is there, or has failed
     */
    boolean await(CompletableFuture<?> answer, long ms) {
        Scheduler.Task timeOut = scheduler.schedule(ms, () -> tasks.add(() -> {}));
        answer.whenComplete((value, failure) -> tasks.add(() -> {}));
        boolean interrupted = false;
        try {
            long begun = clock.nanos();
            for (long left = ms; !answer.isDone() && left > 0; left = ms - since(begun)) {
                try {
                    Runnable task = tasks.poll(left, TimeUnit.MILLISECONDS);
                    if (task == null) {
                        return answer.isDone();
                    }
                    task.run();
                } catch (InterruptedException e) {
                    interrupted = true;
                    return false;
                }
            }
            return answer.isDone();
        } finally {
            timeOut.cancel();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long since(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanos() - nanos);
    }

    @Override
    public String id() {
        return "page-" + client.getHostAddress();
    }

    @Override
    public InetAddress clientAddress() {
        return client;
    }

    @Override
    public String listenerName() {
        return LISTENER;
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
    public void authenticated(KafkaPrincipal other) {
        throw new UnsupportedOperationException("the page has asked who it is before");
    }

    @Override
    public SaslAuthentication authentication() {
        return null;
    }

    @Override
    public Executor executor() {
        return task -> {
            if (!isOpen()) {
                throw new RejectedExecutionException("the call is over");
            }
            tasks.add(task);
        };
    }

    /** The caller's thread is a worker thread already. */
    @Override
    public Executor background() {
        return executor();
    }

    @Override
    public EventLoop loopOfItsOwn() {
        return null;
    }

    @Override
    public Runnable schedule(long delayMs, Runnable task) {
        return scheduler.schedule(delayMs, () -> tasks.add(task))::cancel;
    }

    @Override
    public TimedWaits waits() {
        return waits;
    }

    @Override
    public ClientSoftware software() {
        return ClientSoftware.UNKNOWN;
    }

    @Override
    public List<ClientUse> peers() {
        return peers.get();
    }

    @Override
    public synchronized boolean isOpen() {
        return atClose != null;
    }

    @Override
    public Runnable onClose(Runnable task) {
        // A task of its own, so that one registered twice is forgotten once.
        Runnable own = task::run;
        synchronized (this) {
            if (atClose != null) {
                atClose.add(own);
                return () -> forget(own);
            }
        }
        task.run();
        return () -> {};
    }

    private synchronized void forget(Runnable task) {
        Optional.ofNullable(atClose).ifPresent(all -> all.remove(task));
    }

    @Override
    public void close() {
        waits.close();
        List<Runnable> ending;
        synchronized (this) {
            ending = Optional.ofNullable(atClose).orElse(List.of());
            atClose = null;
        }
        ending.forEach(Runnable::run);
    }
}
