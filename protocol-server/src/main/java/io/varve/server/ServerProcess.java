// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.VarveException;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.ShutdownSignals;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.command.CommandLines;
import io.varve.server.config.Installation;
import io.varve.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the server until a signal ends the process. */
final class ServerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final int BACKGROUND_THREADS = 2;
    private static final String TO_FILE = "file";

    private ServerProcess() {}

    /**
     * Runs the server. Returns only from its start's failure, by which it ends the process.
     *
     * @param file the configuration
     * @param overrides {@code key=value} each
     */
    static void run(Path file, List<String> overrides) {
        StartAhead.loadNetwork();
        AtomicReference<VarveServer> running = new AtomicReference<>();
        ShutdownSignals.onSignal(() -> stop(running.get()));
        try {
            VarveServer server = start(file, overrides);
            running.set(server);
            LOG.info("Varve is {}", server.summary());
        } catch (VarveException e) {
            // A mistake of the user or a fault of the machine: one line names it, and a stack trace would
            // hide it.
            String reason = CommandLines.line(e);
            System.err.println(reason);
            if (TO_FILE.equals(System.getenv("VARVE_LOG"))) {
                LOG.error("Varve does not start: {}", reason);
            }
            System.exit(StartCommand.FAILED);
        }
        awaitSignal();
    }

    /** Blocks the main thread; the handler of the signal ends the process. */
    private static void awaitSignal() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // does not happen to the main thread
        }
    }

    private static VarveServer start(Path file, List<String> overrides) {
        ServerConfig config = ServerConfig.load(file, overrides, Installation.state());
        return VarveServer.start(config, Clock.system(), new SystemScheduler(BACKGROUND_THREADS), Ids.random());
    }

    /**
     * Closes the server. A server that has not started yet (null) is not closed: its next start recovers as
     * from a crash.
     */
    private static void stop(VarveServer server) {
        if (server != null) {
            LOG.info("Varve stops: a signal came");
            Clock clock = Clock.system();
            long begunMs = clock.millis();
            server.close();
            LOG.info("Varve has stopped after {} ms", clock.millis() - begunMs);
        }
    }
}
