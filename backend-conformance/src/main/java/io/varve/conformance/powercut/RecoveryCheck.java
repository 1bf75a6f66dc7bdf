// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.crash.Ledger;
import io.varve.conformance.crash.Workload;
import io.varve.conformance.crash.WorkloadJournal;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Verifies what a power cut left: recovers it and compares, cuts the power once more right after the
 * recovery, goes on working, closes properly, compares again.
 */
final class RecoveryCheck {
    static final String DATA = "data";
    private static final int MORE_STEPS = 60;
    private static final int STEPS_BETWEEN_SYNCS = 20;

    private final CutSubject subject;
    private final TestedBackend left;
    private final CutDisk disk;
    private final Path image;
    private final Scheduler scheduler;
    private final List<String> violations = new ArrayList<>();
    private long batches;

    /**
     * @param left the backend with what the cut left beside the disk; changed by this
     * @param image the disk as the cut left it; changed by this
     */
    RecoveryCheck(CutSubject subject, TestedBackend left, CutDisk disk, Path image, Scheduler scheduler) {
        this.subject = subject;
        this.left = left;
        this.disk = disk;
        this.image = image;
        this.scheduler = scheduler;
    }

    List<String> violations() {
        return violations;
    }

    long batches() {
        return batches;
    }

    /**
     * @param atCut what must and may be there
     * @param journal a new file, for the work done after the recovery
     * @param generation of that work
     * @return what is there in the end, or null when something is wrong
     */
    Ledger run(Ledger atCut, Path journal, long seed, int generation) throws IOException {
        try (MountedImage mounted = disk.mount(image)) {
            Path directory = mounted.at().resolve(DATA);
            Storage recovered;
            try {
                recovered = open(left, directory);
            } catch (RuntimeException e) {
                violations.add("the storage cannot be opened: " + e);
                return null;
            }
            Ledger found;
            try {
                Map<PartitionId, Long> durable = durableEnds(recovered);
                found = compare("", atCut, recovered);
                cutAgain(atCut, durable);
                if (violations.isEmpty()) {
                    return goOn(recovered, directory, found, journal, seed, generation);
                }
                return null;
            } finally {
                recovered.close();
            }
        }
    }

    private Storage open(TestedBackend backend, Path directory) {
        return backend.open(directory, scheduler, new FailPoints());
    }

    private static Map<PartitionId, Long> durableEnds(Storage storage) {
        Map<PartitionId, Long> ends = new HashMap<>();
        for (PartitionId id : storage.partitions()) {
            try (PartitionStore store = storage.open(id, 1, Workload.settings(id))) {
                ends.put(id, store.extent().durableEnd());
            }
        }
        return ends;
    }

    private Ledger compare(String when, Ledger expected, Storage storage) {
        Ledger.Findings findings = expected.examine(storage);
        findings.violations().forEach(violation -> violations.add(violation + when));
        subject.environment()
                .missing(storage)
                .forEach(named -> violations.add(named + " is named, and missing" + when));
        batches += findings.batches();
        return findings.next();
    }

    /** What a recovery calls durable must survive the next cut. */
    private void cutAgain(Ledger atCut, Map<PartitionId, Long> durable) {
        Path again = image.resolveSibling("again.img");
        TestedBackend leftAgain = subject.cut(left, () -> CutDisk.reflink(image, again));
        try (MountedImage mounted = disk.mount(again);
                Storage storage = open(leftAgain, mounted.at().resolve(DATA))) {
            compare(" (after a second cut right after the recovery)", atCut, storage);
            durableEnds(storage).forEach((id, end) -> {
                long before = durable.getOrDefault(id, 0L);
                if (end < before) {
                    violations.add(id + " was durable up to " + before + " after the recovery, and up to " + end
                            + " after a second cut");
                }
            });
        } finally {
            CutDisk.remove(again);
            subject.environment().discard(leftAgain);
        }
    }

    private Ledger goOn(Storage recovered, Path directory, Ledger found, Path journal, long seed, int generation)
            throws IOException {
        Opened opened = new Opened(directory, recovered);
        Ledger ledger = found.copy();
        try (WorkloadJournal deeds = WorkloadJournal.open(journal);
                opened) {
            Workload workload = new Workload(
                    opened, deeds, seed, generation, left.provider().tiers());
            SplittableRandom chance = new SplittableRandom(seed);
            for (int i = 1; i <= MORE_STEPS; i++) {
                workload.step();
                if (i % STEPS_BETWEEN_SYNCS == 0) {
                    workload.sync(chance);
                }
            }
            workload.reopen();
        }
        ledger.certain(WorkloadJournal.read(journal));
        try (Storage storage = open(left, directory)) {
            return compare(" (after going on and a proper close)", ledger, storage);
        }
    }

    /** Hands out the storage that is open first, and opens it anew from then on. */
    private final class Opened implements Supplier<Storage>, AutoCloseable {
        private final Path directory;
        private Storage ready;
        private Storage latest;

        private Opened(Path directory, Storage ready) {
            this.directory = directory;
            this.ready = ready;
        }

        @Override
        public Storage get() {
            latest = ready == null ? open(left, directory) : ready;
            ready = null;
            return latest;
        }

        @Override
        public void close() {
            if (latest != null) {
                latest.close();
            }
        }
    }
}
