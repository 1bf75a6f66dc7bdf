// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.crash.Ledger;
import io.varve.conformance.crash.WorkloadJournal;
import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import io.varve.conformance.rig.TimedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Starts a {@link PowerCutLoad}, and knows from its journal what the storage must hold. Not thread-safe. */
final class PowerCutLoadProcess implements AutoCloseable {
    private static final long POLL_NANOS = 5_000_000;
    private static final int END_SECONDS = 20;

    private final Process process;
    private final Path journal;
    /** What is certain up to {@link #taken}. */
    private final Ledger ledger;

    private long taken;
    private long lines;

    private PowerCutLoadProcess(Process process, Path journal, Ledger ledger) {
        this.process = process;
        this.journal = journal;
        this.ledger = ledger;
    }

    /**
     * @param data where it works
     * @param journal a new file
     * @param ledger what is there already; this load's own from here on
     */
    static PowerCutLoadProcess start(
            TestedBackend subject, Path data, Path journal, Ledger ledger, long seed, int generation)
            throws IOException {
        List<String> command = JavaCommand.of(
                subject, PowerCutLoad.class, "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        command.addAll(List.of(
                subject.provider().getClass().getName(),
                data.toString(),
                journal.toString(),
                Long.toString(seed),
                Integer.toString(generation)));
        subject.properties().forEach((key, value) -> command.add(key + "=" + value));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        PowerCutLoadProcess load = new PowerCutLoadProcess(process, journal, ledger);
        long deadline = System.nanoTime() + TimedProcess.PATIENCE.toNanos();
        while (process.isAlive() && load.moment() == 0) {
            if (System.nanoTime() > deadline) {
                load.close();
                throw new IllegalStateException("the load begins nothing within " + TimedProcess.PATIENCE);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return load;
    }

    /** @return a point in the journal: what is in it before this has happened by now */
    long moment() throws IOException {
        return Files.exists(journal) ? Files.size(journal) : 0;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** @return operations begun and ended up to the last cut */
    long operations() {
        return lines / 2;
    }

    /**
     * @param before moment before a cut: what was acknowledged by then must be there
     * @param after moment after it: what was not begun by then cannot be there
     * @return what the disk must and may hold
     */
    Ledger ledgerAt(long before, long after) throws IOException {
        List<WorkloadJournal.Line> all = WorkloadJournal.read(journal);
        List<WorkloadJournal.Line> certain = all.stream()
                .filter(line -> line.end() > taken && line.end() <= before)
                .toList();
        ledger.certain(certain);
        lines += certain.size();
        taken = before;
        Ledger atCut = ledger.copy();
        atCut.possible(all.stream()
                .filter(line -> line.end() > before && line.end() <= after)
                .toList());
        return atCut;
    }

    Path journal() {
        return journal;
    }

    /** Kills it. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the load does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
