// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import io.varve.conformance.rig.TimedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Starts a {@link WorkerMain} in a process of its own, and kills it. Not thread-safe. */
public final class WorkerProcess implements AutoCloseable {
    private static final int MOST_COMPLAINT = 4000;

    private final TimedProcess child;
    private final Path errors;

    private WorkerProcess(TimedProcess child, Path errors) {
        this.child = child;
        this.errors = errors;
    }

    /**
     * Starts a child.
     *
     * @param subject whose storage it opens
     * @param order what it does; its standard error lies beside the journal, in a file named as that with
     *     {@code .err}
     * @return the running process
     */
    public static WorkerProcess start(TestedBackend subject, WorkerArguments order) throws IOException {
        List<String> command =
                JavaCommand.of(subject, WorkerMain.class, "-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
        command.addAll(order.arguments(subject.provider().getClass().getName(), subject.properties()));
        Path errors = Path.of(order.journal() + ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        return new WorkerProcess(TimedProcess.start(builder, TimedProcess.PATIENCE), errors);
    }

    /**
     * Waits until the storage is open and the work begins.
     *
     * @throws IllegalStateException if the child ends before, with what it said
     */
    public void awaitReady() throws IOException {
        String line = child.readLine();
        if (!WorkerMain.READY.equals(line)) {
            child.kill();
            throw new IllegalStateException("the child did not start: " + line + complaint());
        }
    }

    /**
     * Kills the child after a while, without its having a say: SIGKILL.
     *
     * @param millis how long to wait, from now
     * @throws IllegalStateException if it ended by itself before, with what it said
     */
    public void killAfter(long millis) throws InterruptedException {
        boolean ended = child.process().waitFor(millis, TimeUnit.MILLISECONDS);
        child.kill();
        int status = child.exit();
        if (ended) {
            throw new IllegalStateException("the workload failed, exit status " + status + complaint());
        }
    }

    /**
     * Waits until the child halts.
     *
     * @return true if it did so at its failpoint, false if that was not reached
     * @throws IllegalStateException if it failed or does not end, with what it said
     */
    public boolean awaitHalt() throws IOException, InterruptedException {
        counts();
        return child.exit() == WorkerMain.HALTED;
    }

    /**
     * Waits until a counting child halts.
     *
     * @return hits by failpoint, in order of their names
     * @throws IllegalStateException if it failed or does not end, with what it said
     */
    public Map<String, Integer> counts() throws IOException, InterruptedException {
        Map<String, Integer> counts = new TreeMap<>();
        for (String line = child.readLine(); line != null; line = child.readLine()) {
            if (line.startsWith(WorkerMain.COUNTED)) {
                String[] words = line.split(" ");
                counts.put(words[1], Integer.valueOf(words[2]));
            }
        }
        int status = child.exit();
        if (status != 0 && status != WorkerMain.HALTED) {
            throw new IllegalStateException("the workload failed, exit status " + status + complaint());
        }
        return counts;
    }

    private String complaint() {
        try {
            String text = Files.readString(errors).strip();
            return text.isEmpty() ? "" : ":\n" + text.substring(0, Math.min(text.length(), MOST_COMPLAINT));
        } catch (IOException e) {
            return ", and what it said cannot be read: " + e.getMessage();
        }
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        child.close();
    }
}
