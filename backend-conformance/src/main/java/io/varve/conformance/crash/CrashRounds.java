// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.rig.DirectoryTree;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Kills one process after another on one directory. After each death a copy of the directory is opened and
 * verified; the next process finds the original as it was left, unless a tier is part of it. Not thread-safe.
 */
public final class CrashRounds implements AutoCloseable {
    private static final int LONGEST_LOAD_MS = 250;
    private static final int LONGEST_OPEN_MS = 500;
    /** Tries with the first hit of a failpoint on an empty directory, after all others. */
    private static final int TRIES_ANEW = 2;

    private TestedBackend subject;
    private final long seed;
    private final SplittableRandom random;
    private final Path root;
    private final Path data;
    private Ledger ledger = new Ledger();
    private int generation;
    private boolean keep;

    /**
     * @param subject the backend
     * @param seed says what the workloads do and when they die
     */
    public CrashRounds(TestedBackend subject, long seed) throws IOException {
        this.subject = subject;
        this.seed = seed;
        random = new SplittableRandom(seed);
        root = Files.createTempDirectory("varve-crash-");
        data = root.resolve("data");
    }

    /**
     * One round: a child works, is killed at a random moment, now and then another is killed while it
     * recovers, and what is left is examined.
     *
     * @return how many batches were compared
     * @throws AssertionError if the storage broke its promise; says how, and where the data lies
     */
    public int kill() throws IOException, InterruptedException {
        WorkerArguments order = order(WorkerArguments.WorkerTask.of(WorkerArguments.Kind.LOAD));
        try (WorkerProcess child = WorkerProcess.start(subject, order)) {
            child.awaitReady();
            child.killAfter(random.nextInt(LONGEST_LOAD_MS));
        } catch (IllegalStateException e) {
            throw broken(order, "kill -9", List.of(e.getMessage()));
        }
        if (random.nextInt(4) == 0) {
            try (WorkerProcess child =
                    WorkerProcess.start(subject, order(WorkerArguments.WorkerTask.of(WorkerArguments.Kind.OPEN)))) {
                child.killAfter(random.nextInt(LONGEST_OPEN_MS));
            } catch (IllegalStateException e) {
                throw broken(order, "kill -9, while recovering", List.of(e.getMessage()));
            }
        }
        return examine(order, "kill -9");
    }

    /**
     * A dry run on a directory of its own, with the workload that {@link #haltAt} uses.
     *
     * @return how often each failpoint is passed
     */
    public Map<String, Integer> failPoints() throws IOException, InterruptedException {
        WorkerArguments order = new WorkerArguments(
                root.resolve("dry"),
                root.resolve("journal-dry"),
                seed,
                0,
                WorkerArguments.WorkerTask.of(WorkerArguments.Kind.COUNT));
        try (WorkerProcess child = WorkerProcess.start(subject.elsewhere(), order)) {
            return child.counts();
        } finally {
            DirectoryTree.remove(order.directory());
        }
    }

    /**
     * One round: a child works until it halts at a failpoint, and what is left is examined.
     *
     * @param failPoint where
     * @param hit at which hit of it, from 1; earlier if it is passed less often
     * @return false if no try passed it, and the storage has a tier: what that does in the background happens
     *     in one run, and not in another
     * @throws AssertionError if the storage broke its promise; says how, and where the data lies. Or if no
     *     try passed the failpoint, and there is no tier
     */
    public boolean haltAt(String failPoint, int hit) throws IOException, InterruptedException {
        for (int due = hit; due > 0; due >>= 1) {
            if (haltsOnceAt(failPoint, due)) {
                return true;
            }
        }
        for (int round = 0; round < TRIES_ANEW; round++) {
            beginAnew(); // as the dry run did: a directory that has its partitions already creates few
            if (haltsOnceAt(failPoint, 1)) {
                return true;
            }
        }
        if (!subject.provider().tiers()) {
            throw new AssertionError(failPoint + " was passed in a dry run, but not in the others");
        }
        return false;
    }

    private void beginAnew() throws IOException {
        DirectoryTree.remove(data);
        ledger = new Ledger();
        subject = subject.elsewhere();
    }

    private boolean haltsOnceAt(String failPoint, int hit) throws IOException, InterruptedException {
        WorkerArguments order = order(new WorkerArguments.WorkerTask(WorkerArguments.Kind.HALT, failPoint, hit));
        String crash = "halt at " + failPoint + ", hit " + hit;
        boolean reached;
        try (WorkerProcess child = WorkerProcess.start(subject, order)) {
            reached = child.awaitHalt();
        } catch (IllegalStateException e) {
            throw broken(order, crash, List.of(e.getMessage()));
        }
        examine(order, crash);
        return reached;
    }

    private WorkerArguments order(WorkerArguments.WorkerTask task) {
        generation++;
        return new WorkerArguments(data, root.resolve("journal-" + generation), seed, generation, task);
    }

    private int examine(WorkerArguments order, String crash) throws IOException {
        Path copy = examined();
        ledger.certain(WorkloadJournal.read(order.journal()));
        Ledger.Findings findings;
        try {
            findings = open(copy);
        } catch (RuntimeException e) {
            throw broken(order, crash, List.of("it cannot be opened: " + e));
        }
        if (!findings.violations().isEmpty()) {
            throw broken(order, crash, findings.violations());
        }
        if (!copy.equals(data)) {
            DirectoryTree.remove(copy);
        }
        Files.delete(order.journal());
        ledger = findings.next();
        return findings.batches();
    }

    /** A tier has one owner: were a copy opened, the original would be a former one's. */
    private Path examined() throws IOException {
        if (!subject.places().isEmpty()) {
            return data;
        }
        Path copy = root.resolve("copy");
        DirectoryTree.remove(copy);
        DirectoryTree.copy(data, copy);
        return copy;
    }

    /** Lays the evidence aside; the next round starts on an empty directory. */
    private AssertionError broken(WorkerArguments order, String crash, List<String> violations) throws IOException {
        Path evidence = root.resolve("left-by-" + order.generation());
        Files.move(data, evidence);
        beginAnew();
        keep = true;
        return new AssertionError("after " + crash + " in round " + order.generation() + " of seed " + seed + ":\n  "
                + String.join("\n  ", violations) + "\nThe directory as it was left is " + evidence
                + ", the journal is " + order.journal());
    }

    private Ledger.Findings open(Path directory) {
        try (SystemScheduler scheduler = new SystemScheduler(2);
                Storage storage = subject.open(directory, scheduler, new FailPoints())) {
            return ledger.examine(storage);
        }
    }

    /** Removes what the rounds left, save for evidence of a failure. */
    @Override
    public void close() throws IOException {
        if (!keep) {
            DirectoryTree.remove(root);
        }
    }
}
