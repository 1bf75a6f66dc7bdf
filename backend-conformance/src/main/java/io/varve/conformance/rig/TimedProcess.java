// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a child process for a limited time. At the limit a child that is a JVM writes to its standard output
 * where its threads are; then the child is killed, which also ends whoever reads its output. Not thread-safe.
 */
public final class TimedProcess implements AutoCloseable {
    /** Enough for any child of the kit on a busy machine. */
    public static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Duration DUMP = Duration.ofSeconds(5);

    private final Process process;
    private final List<String> command;
    private final Duration limit;
    private final BufferedReader output;
    private final StringBuilder said = new StringBuilder();
    private volatile boolean overran;

    private TimedProcess(Process process, List<String> command, Duration limit) {
        this.process = process;
        this.command = command;
        this.limit = limit;
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts a child.
     *
     * @param builder its command, and where its output goes
     * @param limit how long it may live
     */
    public static TimedProcess start(ProcessBuilder builder, Duration limit) throws IOException {
        TimedProcess child = new TimedProcess(builder.start(), builder.command(), limit);
        child.process
                .onExit()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .whenCompleteAsync((ended, e) -> {
                    if (e instanceof TimeoutException) {
                        child.end();
                    }
                });
        return child;
    }

    private void end() {
        overran = true;
        try {
            if (command.get(0).endsWith("java")) {
                Process quit = new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start();
                quit.waitFor(DUMP.toMillis(), TimeUnit.MILLISECONDS);
                process.waitFor(DUMP.toMillis(), TimeUnit.MILLISECONDS); // it prints, and does not end
            }
        } catch (IOException e) {
            said.append("no thread dump: ").append(e).append('\n');
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            kill();
        }
    }

    /** @return the process */
    public Process process() {
        return process;
    }

    /**
     * Reads a line of the standard output.
     *
     * @return null if there are no more
     * @throws IllegalStateException if the child was killed at its limit; says what it printed
     */
    public String readLine() throws IOException {
        String line = output.readLine();
        if (line == null) {
            requireTime("");
        } else {
            said.append(line).append('\n');
        }
        return line;
    }

    /**
     * Waits for the end.
     *
     * @return the exit status
     * @throws IllegalStateException if the child was killed at its limit; says what {@link #readLine} read
     */
    public int exit() throws InterruptedException {
        int status = process.waitFor();
        requireTime("");
        return status;
    }

    /** @param more what else the child has said */
    void requireTime(String more) {
        if (overran) {
            throw new IllegalStateException("`" + String.join(" ", command) + "` did not end within "
                    + limit.toSeconds() + " s:\n" + said + more);
        }
    }

    /** Kills it, and its children. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        kill();
    }
}
