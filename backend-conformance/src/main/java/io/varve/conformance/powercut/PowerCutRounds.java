// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.crash.Ledger;
import io.varve.conformance.powercut.SystemCommand.CommandFailed;
import io.varve.conformance.rig.ParentEnd;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.ShutdownSignals;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Cuts the power under a load, round after round, in a process with a mount namespace of its own. */
final class PowerCutRounds {
    /** After so many cuts the load starts anew, on what the last one left. */
    private static final int CUTS_PER_LOAD = 10;

    private static final long NANOS_PER_MS = 1_000_000;
    private static final long LONGEST_WAIT_NANOS = 400 * NANOS_PER_MS;
    private static final int FIRST_PROPERTY = 8;

    private final CutSubject subject;
    private final PowerCutPlan plan;
    private final Scheduler scheduler;
    private final Path directory;
    private final SplittableRandom random;
    private Ledger known = new Ledger();
    /** Where the load is, and what the last cut left for the next one. */
    private TestedBackend loaded;

    private TestedBackend cut;
    private CutDisk disk;
    private int round;

    private PowerCutRounds(CutSubject subject, PowerCutPlan plan, Scheduler scheduler) {
        this.subject = subject;
        this.loaded = subject.backend().elsewhere();
        this.plan = plan;
        this.scheduler = scheduler;
        this.directory = plan.directory();
        this.random = new SplittableRandom(plan.seed());
    }

    /**
     * Arguments: provider class, rounds, seed, disk, store, an empty directory, evidence or "", keys of
     * places, then KEY=VALUE.
     */
    public static void main(String[] args) {
        int status;
        try (Scheduler scheduler = new SystemScheduler(3)) {
            PowerCutPlan plan = new PowerCutPlan(
                    Integer.parseInt(args[1]),
                    Long.parseLong(args[2]),
                    args[3],
                    args[4],
                    Path.of(args[5]),
                    args[6].isEmpty() ? null : Path.of(args[6]));
            StorageProvider provider = (StorageProvider)
                    Class.forName(args[0]).getDeclaredConstructor().newInstance();
            Set<String> places = args[7].isEmpty() ? Set.of() : Set.of(args[7].split(","));
            TestedBackend given =
                    new TestedBackend(provider, PowerCutLoad.properties(args, FIRST_PROPERTY), List.of(), places);
            Path directory = plan.directory();
            ShutdownSignals.onSignal(() -> CutDisk.abandon(directory));
            scheduler.start("parent", () -> ParentEnd.await(() -> CutDisk.abandon(directory)));
            try (CutSubject subject = CutSubject.start(given)) {
                status = new PowerCutRounds(subject, plan, scheduler).run();
            }
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            status = PowerCuts.IMPOSSIBLE;
        }
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    private int run() throws IOException {
        say("power cuts: %d rounds, %s on %s, seed %d", plan.rounds(), plan.disk(), plan.store(), plan.seed());
        try (CutDisk made = prepared()) {
            if (made == null) {
                return PowerCuts.IMPOSSIBLE;
            }
            disk = made;
            for (int generation = 1; round < plan.rounds(); generation++) {
                if (!runLoad(generation)) {
                    return PowerCuts.FAILED;
                }
            }
        }
        say("%d power cuts: nothing acknowledged was lost, nothing was invented", plan.rounds());
        return PowerCuts.PASSED;
    }

    /** @return a disk that does as it must, or null */
    private CutDisk prepared() {
        CutDisk made = null;
        String obstacle = subject.obstacle().orElse(null);
        if (obstacle != null) {
            say("No power cuts: %s", obstacle);
            return null;
        }
        try {
            made = CutDisk.make(directory, plan.storeKind(), plan.diskKind());
            new SelfCheck(made).run(scheduler);
            made.renew();
        } catch (CommandFailed | IllegalStateException e) {
            say("No power cuts: %s", e.getMessage());
            if (made != null) {
                made.close();
            }
            return null;
        }
        say("self-check: a copy of the disk is of one moment; it has what was forced and nothing that was not");
        return made;
    }

    private boolean runLoad(int generation) throws IOException {
        Path last = null;
        Ledger left = null;
        Path journal = directory.resolve("journal-" + generation);
        Path data = disk.data().resolve(RecoveryCheck.DATA);
        try (PowerCutLoadProcess load =
                PowerCutLoadProcess.start(loaded, data, journal, known.copy(), plan.seed(), generation)) {
            int until = Math.min(plan.rounds(), round + CUTS_PER_LOAD);
            while (round < until) {
                round++;
                LockSupport.parkNanos(random.nextLong(LONGEST_WAIT_NANOS));
                if (last != null) {
                    CutDisk.remove(last);
                    subject.environment().discard(cut);
                }
                last = disk.image().resolveSibling("cut-" + round + ".img");
                left = cutAndVerify(load, last);
                if (left == null) {
                    return false;
                }
            }
        }
        disk.adopt(last);
        subject.environment().discard(loaded);
        loaded = cut;
        known = left;
        return true;
    }

    /** @return what the disk holds after the cut and some work upon it, or null if something is wrong */
    private Ledger cutAndVerify(PowerCutLoadProcess load, Path image) throws IOException {
        long started = Clock.system().nanos();
        long before = load.moment();
        cut = subject.cut(loaded, () -> disk.cut(image));
        long after = load.moment();
        if (!load.isAlive()) {
            return failed(load, List.of("the load ended by itself"), null);
        }
        Path untouched = image.resolveSibling("untouched.img");
        CutDisk.reflink(image, untouched);
        try {
            RecoveryCheck check = new RecoveryCheck(subject, cut, disk, image, scheduler);
            Ledger left = check.run(load.ledgerAt(before, after), afterwards(), plan.seed() + round, -round);
            if (!check.violations().isEmpty()) {
                return failed(load, check.violations(), untouched);
            }
            long ms = (Clock.system().nanos() - started) / NANOS_PER_MS;
            say(
                    "round %d: passed; %d operations, %d batches compared, %d ms",
                    round, load.operations(), check.batches(), ms);
            return left;
        } catch (StorageException e) {
            return failed(load, List.of("after the cut: " + e.getMessage()), untouched);
        } finally {
            CutDisk.remove(untouched);
        }
    }

    /** Where this round's work after the recovery is noted. */
    private Path afterwards() {
        return directory.resolve("after-" + round);
    }

    private Ledger failed(PowerCutLoadProcess load, List<String> violations, Path image) throws IOException {
        say("round %d: FAILED (seed %d)", round, plan.seed());
        violations.forEach(violation -> say("  %s", violation));
        if (plan.evidence() != null && image != null) {
            Files.createDirectories(plan.evidence());
            Path kept = plan.evidence().resolve("power-cut-" + round + ".img");
            SystemCommand.run("cp", "--sparse=always", "--reflink=never", image, kept);
            Path journal = plan.evidence().resolve("power-cut-" + round + ".journal");
            SystemCommand.run("cp", load.journal(), journal);
            say("  the disk as the cut left it: %s; what the load did: %s", kept, journal);
            if (Files.exists(afterwards())) {
                Path more = plan.evidence().resolve("power-cut-" + round + ".after");
                SystemCommand.run("cp", afterwards(), more);
                say("  what was done after the recovery: %s", more);
            }
        }
        return null;
    }

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
