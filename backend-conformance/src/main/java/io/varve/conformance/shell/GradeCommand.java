// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.rig.MemoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestEnvironment;
import io.varve.conformance.rig.TestedBackend;
import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.CheckOutcome.Status;
import io.varve.conformance.run.ConformanceRun;
import io.varve.core.memory.MemoryStorageProvider;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Grades a backend: runs the checks on it, prints how each area did and what failed, and writes the page.
 */
final class GradeCommand {
    private static final int MAX_FAILURES_PRINTED = 10;

    private final PrintStream out;
    private final PrintStream progress;

    /** @param progress shows how far the run is */
    GradeCommand(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /**
     * @return whether the backend passed
     * @throws UsageException if an option names what cannot be used
     * @throws IOException if the history cannot be read or the page cannot be written
     */
    boolean run(Options options) throws IOException {
        BackendFinder finder = new BackendFinder(options.classPath());
        StorageProvider provider = finder.named(options.backend());
        requireWritable(options.report());
        if (provider instanceof MemoryStorageProvider) {
            return run(options, provider, MemoryRig::new);
        }
        try (TestEnvironment environment = finder.environment(options.backend())) {
            TestedBackend subject =
                    environment.start(new TestedBackend(provider, options.properties(), options.classPath()));
            requireOpening(options.backend(), () -> environment.rig(subject));
            return run(options, provider, () -> environment.rig(subject));
        }
    }

    /**
     * What a wrong setting, or a server that is not there, keeps from opening says nothing of the backend.
     */
    private static void requireOpening(String backend, Supplier<StorageRig> rigs) {
        try (StorageRig rig = rigs.get()) {
            rig.storage();
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.MISUSE || e.kind() == StorageException.Kind.RETRY) {
                throw new UsageException("backend " + backend + " cannot be opened: " + e.getMessage());
            }
            throw e;
        }
    }

    private boolean run(Options options, StorageProvider provider, Supplier<StorageRig> rigs) throws IOException {
        Clock clock = Clock.system();
        long begin = clock.nanos();
        out.println("Backend " + options.backend() + " (" + provider.getClass().getName() + "), seed "
                + options.scale().seed() + ", " + options.scale().operations() + " operations");
        ProgressLine shown = new ProgressLine(progress, System.console() != null, clock);
        AreaOutcomes grade = AreaOutcomes.of(
                options.replay() == null
                        ? ConformanceRun.of(rigs, options.scale(), options.areas(), shown)
                        : HistoryReplay.of(options.replay(), rigs, clock));
        shown.end();
        double seconds = (clock.nanos() - begin) / 1e9;
        out.println();
        out.print(grade.table());
        tell(grade, options);
        String verdict = verdict(grade, options, seconds);
        out.println();
        out.println(verdict);
        if (options.report() != null) {
            Files.writeString(options.report(), new HtmlReport(grade, options, provider, verdict, clock).html());
            out.println("Report: " + options.report());
        }
        return grade.passed();
    }

    /** Rather before the run than after it. */
    private static void requireWritable(Path report) {
        if (report == null) {
            return;
        }
        boolean there = Files.exists(report);
        if (there && !Files.isRegularFile(report) || !Files.isWritable(there ? report : report.getParent())) {
            throw new UsageException("--report " + report + ": no file can be written there");
        }
    }

    private void tell(AreaOutcomes grade, Options options) {
        for (CheckOutcome outcome : grade.all()) {
            if (!outcome.notes().isEmpty()) {
                out.println();
                out.println("MEASURED  " + outcome.area() + ": " + ReportText.of(outcome.check()));
                outcome.notes().forEach(note -> out.println("  " + note));
            }
            if (outcome.status() == Status.SKIPPED) {
                out.println();
                out.println("SKIPPED  " + outcome.area() + ": " + ReportText.of(outcome.check()));
                out.println(ReportText.reason(outcome.cause()).indent(2).stripTrailing());
            }
        }
        List<CheckOutcome> failures = grade.failures();
        for (CheckOutcome outcome : failures.subList(0, Math.min(failures.size(), MAX_FAILURES_PRINTED))) {
            out.println();
            out.println("FAILED  " + outcome.area() + ": " + ReportText.of(outcome.check()));
            out.println(ReportText.failure(outcome.cause()).indent(2).stripTrailing());
            if (options.replay() == null) {
                out.println("  again: " + options.command(outcome.area()));
            }
        }
        if (failures.size() > MAX_FAILURES_PRINTED) {
            out.println();
            out.println(
                    "... and " + (failures.size() - MAX_FAILURES_PRINTED) + " more failures; --report has them all");
        }
    }

    private static String verdict(AreaOutcomes grade, Options options, double seconds) {
        AreaOutcomes.Sum sum = AreaOutcomes.Sum.of(grade.all());
        String of = String.format(
                Locale.ROOT,
                "%d checks, %d failed, %d skipped, %.0f s, seed %d",
                sum.checks(),
                sum.failed(),
                sum.skipped(),
                seconds,
                options.scale().seed());
        return grade.passed()
                ? "PASSED: " + options.backend() + " keeps the contract (" + of + ")"
                : "FAILED: " + options.backend() + " breaks the contract (" + of + ")";
    }
}
