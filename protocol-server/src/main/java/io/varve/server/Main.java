// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.VarveException;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.ShutdownSignals;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageException;
import io.varve.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the server, and stops it when the process is told to end: {@code bin/kafka-server-start.sh}. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int BACKGROUND_THREADS = 2;

    private Main() {}

    /**
     * Runs the server until the process is told to end.
     *
     * @param arguments the configuration file and overrides
     */
    public static void main(String[] arguments) {
        System.exit(StartCommand.run(arguments, System.out, System.err, Main::serve));
    }

    private static void serve(Path file, List<String> overrides) {
        AtomicReference<VarveServer> running = new AtomicReference<>();
        ShutdownSignals.onSignal(() -> stop(running.get()));
        try {
            VarveServer server = start(file, overrides);
            running.set(server);
            LOG.info("Varve is {}", server.summary());
        } catch (VarveException e) {
            // A user's mistake, or a machine's: one line says what, and a stack trace would only hide it.
            System.err.println(line(e));
            System.exit(StartCommand.FAILED);
        }
        awaitTheEnd();
    }

    /** The signal's handler ends the process. */
    private static void awaitTheEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does: this is the main thread
        }
    }

    private static VarveServer start(Path file, List<String> overrides) {
        // Set by bin/, so that relative directories mean the same from wherever a script is called.
        Path home = Path.of(System.getProperty("varve.home", ""));
        ServerConfig config = ServerConfig.load(file, overrides, home);
        return VarveServer.start(config, Clock.system(), new SystemScheduler(BACKGROUND_THREADS), Ids.random());
    }

    /**
     * A server told to end before it has started leaves what a crash would leave, and recovers as from one.
     */
    private static void stop(VarveServer server) {
        if (server != null) {
            server.close();
        }
    }

    /** @return what failed, without the kind of failure, which is for programs */
    static String line(VarveException failure) {
        String message = failure.getMessage();
        return failure instanceof StorageException storage
                ? message.substring(storage.kind().toString().length() + 2)
                : message;
    }
}
