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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main program: {@code Main config/server.properties [--override key=value]...}. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final String USAGE =
            "Usage: kafka-server-start.sh config/server.properties [--override key=value]...";
    private static final String OVERRIDE = "--override";
    private static final int BACKGROUND_THREADS = 2;

    private record Arguments(Path file, List<String> overrides) {}

    private Main() {}

    /**
     * Runs the server until the process is told to end.
     *
     * @param arguments the configuration file and overrides
     * @throws InterruptedException never, in practice: nobody interrupts the main thread
     */
    public static void main(String[] arguments) throws InterruptedException {
        Arguments parsed = parse(arguments);
        if (parsed == null) {
            System.err.println(USAGE);
            System.exit(1);
        }
        AtomicReference<VarveServer> running = new AtomicReference<>();
        ShutdownSignals.onSignal(() -> stop(running.get()));
        try {
            VarveServer server = start(parsed);
            running.set(server);
            LOG.info("Varve is {}", server.summary());
        } catch (VarveException e) {
            // A user's mistake, or a machine's: one line says what, and a stack trace would only hide it.
            System.err.println(line(e));
            System.exit(1);
        }
        new CountDownLatch(1).await();
    }

    private static VarveServer start(Arguments arguments) {
        // Set by bin/, so that relative directories mean the same from wherever a script is called.
        Path home = Path.of(System.getProperty("varve.home", ""));
        ServerConfig config = ServerConfig.load(arguments.file, arguments.overrides, home);
        return VarveServer.start(config, Clock.system(), new SystemScheduler(BACKGROUND_THREADS), Ids.random());
    }

    /** A server told to end before it has started leaves what a crash would leave, and recovers as from one. */
    private static void stop(VarveServer server) {
        if (server != null) {
            server.close();
        }
    }

    private static Arguments parse(String[] arguments) {
        List<String> overrides = new ArrayList<>();
        Path file = null;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals(OVERRIDE) && i + 1 < arguments.length) {
                overrides.add(arguments[++i]);
            } else if (arguments[i].startsWith(OVERRIDE + "=")) {
                overrides.add(arguments[i].substring(OVERRIDE.length() + 1));
            } else if (file == null && !arguments[i].startsWith("-")) {
                file = Path.of(arguments[i]);
            } else {
                return null;
            }
        }
        return file == null ? null : new Arguments(file, overrides);
    }

    static String line(VarveException failure) {
        String message = failure.getMessage();
        return failure instanceof StorageException storage
                ? message.substring(storage.kind().toString().length() + 2)
                : message;
    }
}
