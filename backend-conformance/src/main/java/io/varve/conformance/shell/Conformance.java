// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.ConformanceRun;
import io.varve.conformance.Outcome;
import io.varve.conformance.Outcome.Status;
import io.varve.conformance.StorageRig;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** {@code bin/conformance.sh}. */
public final class Conformance {
    static final int PASSED = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private static final int MOST_FAILURES = 10;
    private static final int SEEDS = 1_000_000;

    private final PrintStream out;
    private final PrintStream progress;

    Conformance(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /** @param arguments as {@link Options#USAGE} says */
    public static void main(String[] arguments) {
        int status = new Conformance(System.out, System.err).run(List.of(arguments));
        System.out.flush();
        Runtime.getRuntime().exit(status);
    }

    /** @return the exit status */
    int run(List<String> arguments) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(Options.USAGE);
            return PASSED;
        }
        if (arguments.contains("--list")) {
            out.println(Options.areaWords().replace(", ", System.lineSeparator()));
            return PASSED;
        }
        try {
            if (arguments.contains(PowerCutCommand.OPTION)) {
                return new PowerCutCommand(out).run(arguments, new SecureRandom().nextInt(SEEDS));
            }
            Options options = Options.parse(arguments, new SecureRandom().nextInt(SEEDS));
            StorageProvider provider = new Backends(options.classPath()).named(options.backend());
            return grade(options, provider);
        } catch (UsageException e) {
            progress.println(e.getMessage() + "\n\n" + Options.USAGE);
            return WRONG_USAGE;
        } catch (IOException e) {
            progress.println("A file could not be read or written: " + e);
            return WRONG_USAGE;
        }
    }

    private int grade(Options options, StorageProvider provider) throws IOException {
        Clock clock = Clock.system();
        long begin = clock.nanos();
        requireWritable(options.report());
        out.println("Backend " + options.backend() + " (" + provider.getClass().getName() + "), seed "
                + options.scale().seed() + ", " + options.scale().operations() + " operations");
        Supplier<StorageRig> rigs = Backends.rigs(provider, options);
        ProgressLine shown = new ProgressLine(progress, System.console() != null, clock);
        Grade grade = Grade.of(
                options.replay() == null
                        ? ConformanceRun.of(rigs, options.scale(), options.areas(), shown)
                        : Replay.of(options.replay(), rigs, clock));
        shown.end();
        double seconds = (clock.nanos() - begin) / 1e9;
        out.println();
        out.print(grade.table());
        tell(grade, options);
        String verdict = verdict(grade, options, seconds);
        out.println();
        out.println(verdict);
        if (options.report() != null) {
            Files.writeString(options.report(), new Page(grade, options, provider, verdict, clock).html());
            out.println("Report: " + options.report());
        }
        return grade.passed() ? PASSED : FAILED;
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

    private void tell(Grade grade, Options options) {
        for (Outcome outcome : grade.all()) {
            if (!outcome.notes().isEmpty()) {
                out.println();
                out.println("MEASURED  " + outcome.area() + ": " + Words.of(outcome.check()));
                outcome.notes().forEach(note -> out.println("  " + note));
            }
            if (outcome.status() == Status.SKIPPED) {
                out.println();
                out.println("SKIPPED  " + outcome.area() + ": " + Words.of(outcome.check()));
                out.println(Words.reason(outcome.cause()).indent(2).stripTrailing());
            }
        }
        List<Outcome> failures = grade.failures();
        for (Outcome outcome : failures.subList(0, Math.min(failures.size(), MOST_FAILURES))) {
            out.println();
            out.println("FAILED  " + outcome.area() + ": " + Words.of(outcome.check()));
            out.println(Words.failure(outcome.cause()).indent(2).stripTrailing());
            if (options.replay() == null) {
                out.println("  again: " + options.command(outcome.area()));
            }
        }
        if (failures.size() > MOST_FAILURES) {
            out.println();
            out.println("... and " + (failures.size() - MOST_FAILURES) + " more failures; --report has them all");
        }
    }

    private static String verdict(Grade grade, Options options, double seconds) {
        Grade.Sum sum = Grade.Sum.of(grade.all());
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
