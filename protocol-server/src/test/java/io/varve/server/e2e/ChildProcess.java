// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Runs a child process and collects its output line by line. Closing it kills the process. */
final class ChildProcess implements AutoCloseable {
    /** The scripts' own flags, and no optimizing compiler: these processes live for seconds. */
    private static final String QUICK_START = "-XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -XX:TieredStopAtLevel=1";

    /** The checkout, which is the working directory of the scripts. */
    static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final String name;
    private final Process process;
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder err = new StringBuilder();
    private final List<Thread> readers;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        readers = List.of(collect(process.getInputStream(), out), collect(process.getErrorStream(), err));
    }

    /** Starts a command in the checkout. */
    static ChildProcess start(String... command) {
        return start(Map.of(), command);
    }

    /** Starts a command in the checkout with additional environment variables. */
    static ChildProcess start(Map<String, String> environment, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(HOME.toFile());
        // The build that runs the tests has built everything the scripts need.
        builder.environment().put("VARVE_NO_BUILD", "1");
        builder.environment().put("KAFKA_JVM_PERFORMANCE_OPTS", QUICK_START);
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(String.join(" ", command), builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a text to its standard input, and closes it. */
    ChildProcess feed(String text) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
        return this;
    }

    /** Waits until a condition holds for the whole output, or fails with the output so far. */
    ChildProcess awaitOutput(Predicate<String> condition) {
        return awaitOutput(PATIENCE, condition);
    }

    /** Waits, with a limit, until a condition holds for the whole output. */
    ChildProcess awaitOutput(Duration patience, Predicate<String> condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (out) {
            while (!condition.test(out.toString())) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || !process.isAlive() && readers.stream().noneMatch(Thread::isAlive)) {
                    fail("`%s` did not print what was expected:\n%s%s", name, out, err);
                }
                try {
                    out.wait(Math.min(left, 200));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return this;
    }

    /** Waits for the exit, fails if it takes longer than the time, and returns the exit code. */
    int exitWithin(Duration time) {
        try {
            process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
            for (Thread reader : readers) {
                reader.join(PATIENCE.toMillis());
            }
            return process.exitValue();
        } catch (TimeoutException e) {
            process.destroyForcibly();
            return fail("`%s` did not end within %s:\n%s%s", name, time, out(), err());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the exit, fails unless the exit code is 0, and returns the standard output. */
    String succeed() {
        int code = exitWithin(PATIENCE);
        assertThat(code).as("exit code of `%s`:\n%s%s", name, out(), err()).isZero();
        return out();
    }

    String out() {
        synchronized (out) {
            return out.toString();
        }
    }

    String err() {
        synchronized (err) {
            return err.toString();
        }
    }

    Process process() {
        return process;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static Thread collect(InputStream stream, StringBuilder into) {
        Thread reader = new Thread(() -> {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    synchronized (into) {
                        into.append(line).append('\n');
                        into.notifyAll();
                    }
                }
            } catch (IOException e) {
                // The stream fails when the process is killed; the output so far is complete.
                return;
            }
        });
        reader.setDaemon(true);
        reader.start();
        return reader;
    }
}
