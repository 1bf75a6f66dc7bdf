// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Starts a server as a user does: by the script, with a copy of the shipped configuration, in its own
 * directory.
 */
final class Server implements Broker {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    static final Duration STOP = Await.PATIENCE;

    private final Path directory;
    private final int port;
    private final Map<String, String> environment;
    private final List<String> overrides;
    private final ChildProcess running;

    private Server(
            Path directory, int port, Map<String, String> environment, List<String> overrides, ChildProcess running) {
        this.directory = directory;
        this.port = port;
        this.environment = environment;
        this.overrides = overrides;
        this.running = running;
    }

    /** Starts a server on a free port and waits until it is ready. */
    static Server start(Path directory, String... overrides) {
        return start(directory, FreePort.take(), overrides);
    }

    /** Starts a server and waits until it is ready. */
    static Server start(Path directory, int port, String... overrides) {
        return start(directory, port, Map.of(), overrides);
    }

    /** Starts a server with variables of its own, which it also has when it is started again. */
    static Server start(Path directory, int port, Map<String, String> environment, String... overrides) {
        Server server = launch(directory, port, environment, overrides);
        try {
            server.running.awaitOutput(out -> out.contains("ready"));
            return server;
        } catch (AssertionError e) {
            server.close();
            throw e;
        }
    }

    /** Starts a server that may fail to. */
    static Server launch(Path directory, int port, Map<String, String> environment, String... overrides) {
        try {
            Path config = directory.resolve("server.properties");
            Files.writeString(
                    config, Backend.in(Files.readString(ChildProcess.HOME.resolve("config/server.properties"))));
            List<String> command = new ArrayList<>(List.of("bin/kafka-server-start.sh", config.toString()));
            List<String> all = new ArrayList<>(
                    List.of("listeners=PLAINTEXT://localhost:" + port, "log.dirs=" + directory.resolve("data")));
            all.addAll(List.of(overrides));
            all.forEach(override -> command.addAll(List.of("--override", override)));
            return new Server(
                    directory,
                    port,
                    environment,
                    List.of(overrides),
                    ChildProcess.start(environment, command.toArray(String[]::new)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Server again() {
        return start(directory, port, environment, overrides.toArray(String[]::new));
    }

    /**
     * Starts another server on the same directory and port, with other settings, after this one has ended.
     */
    Server again(String... others) {
        return start(directory, port, environment, others);
    }

    /**
     * Starts another server on the same directory and port, after this one has ended, which dies as by kill
     * -9 when it passes a named place for the n-th time. It may never be ready.
     */
    Server againUntil(String place, int time) {
        Map<String, String> halting = Map.of("KAFKA_OPTS", "-Dvarve.halt.at=" + place + ":" + time);
        Server launched = launch(directory, port, halting, overrides.toArray(String[]::new));
        return new Server(directory, port, environment, overrides, launched.running);
    }

    @Override
    public String bootstrap() {
        return "localhost:" + port;
    }

    int port() {
        return port;
    }

    Path data() {
        return directory.resolve("data");
    }

    ChildProcess running() {
        return running;
    }

    /** The number of files, sockets and the like the process has open. */
    long openFiles() {
        try (Stream<Path> files = Files.list(proc("fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The memory the process has in use, in bytes. */
    long residentBytes() {
        try {
            Matcher matcher = RESIDENT.matcher(Files.readString(proc("status")));
            return matcher.find() ? Long.parseLong(matcher.group(1)) << 10 : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(running.process().pid()), file);
    }

    @Override
    public void crash() {
        running.process().destroyForcibly();
        running.exitWithin(STOP);
    }

    @Override
    public void stop() {
        assertThat(terminate(STOP)).as(running.out() + running.err()).isZero();
    }

    /** SIGTERM; returns the exit code. */
    int terminate(Duration within) {
        // By its handle: Process.destroy closes its output too, and what it says at its end is lost.
        running.process().toHandle().destroy();
        return running.exitWithin(within);
    }

    @Override
    public void close() {
        running.close();
    }
}
