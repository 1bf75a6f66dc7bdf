// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.contract.RunScale;
import io.varve.conformance.run.ConformanceRun;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the command line of {@code bin/conformance.sh}, and has the backend graded or the power cut under it,
 * or lists the areas.
 */
@Command(
        name = "bin/conformance.sh",
        mixinStandardHelpOptions = true,
        versionProvider = KitVersion.class,
        sortOptions = false,
        usageHelpWidth = 120,
        customSynopsis = "bin/conformance.sh --backend NAME [OPTION]...",
        description = "Grades a storage backend: runs every check of the contract on it.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the backend passed",
            "1:the backend failed",
            "2:the command line is wrong, or a file cannot be read or written",
            "3:with --power-cut: the power cannot be cut on this machine"
        })
public final class Conformance implements Callable<Integer> {
    static final int PASSED = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = CommandLine.ExitCode.USAGE;

    static final String POWER_CUT = "--power-cut";

    private static final int SEEDS = 1_000_000;
    private static final String KILLS = "kills";
    private static final String OPERATIONS = "20000";
    private static final int HALTS = 3;
    private static final int PARTITIONS = 10_000;
    private static final int KILL_ROUNDS = 20;
    private static final int ONLY_KILL_ROUNDS = 200;
    private static final Set<String> WITH_POWER_CUT =
            Set.of(POWER_CUT, "--backend", "--classpath", "--override", "--seed", "--rounds");

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "which backend: file, lmdb, s3, memory, or one that a jar on the class path provides")
    private String backend;

    @Option(names = "--classpath", paramLabel = "JARS", description = "jars with further backends")
    private List<String> classPath = List.of();

    @Option(
            names = "--override",
            paramLabel = "KEY=VALUE",
            description = "configuration for the backend; may be repeated")
    private Map<String, String> properties = new TreeMap<>();

    @Option(
            names = "--area",
            paramLabel = "AREA",
            converter = Area.class,
            description = "only this area; may be repeated")
    private Set<String> areas = new LinkedHashSet<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "repeats a run's random choices (default: a new seed, which is printed)")
    private Long seed;

    @Option(
            names = "--operations",
            paramLabel = "N",
            converter = Count.class,
            defaultValue = OPERATIONS,
            description = "steps of random histories (default " + OPERATIONS + ")")
    private int operations;

    @Option(
            names = "--replay",
            paramLabel = "FILE",
            description = "only runs the history in the file, as a failure prints it")
    private Path replay;

    @Option(names = "--kill", description = "only kills processes at random moments")
    private boolean kill;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            converter = Count.class,
            description = "how many (default " + ONLY_KILL_ROUNDS + " with --kill, otherwise " + KILL_ROUNDS + ")")
    private Integer rounds;

    @Option(names = "--report", paramLabel = "FILE", description = "writes a page for the browser")
    private Path report;

    @Option(names = "--list", description = "prints the areas")
    private boolean list;

    @ArgGroup(validate = false, heading = "%nPower cuts:%n")
    private PowerCutOptions powerCut = new PowerCutOptions();

    @Spec
    private CommandSpec spec;

    private final PrintStream out;
    private final PrintStream progress;

    private Conformance() {
        this(System.out, System.err);
    }

    Conformance(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        int status = new Conformance().run(List.of(arguments));
        System.out.flush();
        Runtime.getRuntime().exit(status);
    }

    /** @return the exit status */
    int run(List<String> arguments) {
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF); // an option given twice: the last one counts
        return new CommandLine(this)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(progress, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .execute(arguments.toArray(String[]::new));
    }

    @Override
    public Integer call() {
        if (list) {
            out.println(Options.areaWords().replace(", ", System.lineSeparator()));
            return PASSED;
        }
        try {
            refuseWhatDoesNotGoTogether();
            if (backend == null) {
                throw new UsageException("--backend is missing");
            }
            long chance = seed == null ? new SecureRandom().nextInt(SEEDS) : seed;
            Options options = options(chance);
            if (powerCut.wanted) {
                return new PowerCutCommand(out).run(options, powerCut.plan(rounds, chance), again(chance));
            }
            return new GradeCommand(out, progress).run(options) ? PASSED : FAILED;
        } catch (UsageException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } catch (IOException e) {
            progress.println("A file could not be read or written: " + e);
            return WRONG_USAGE;
        }
    }

    private void refuseWhatDoesNotGoTogether() {
        for (ArgSpec given : spec.commandLine().getParseResult().matchedArgs()) {
            String option = given.isOption() ? ((CommandLine.Model.OptionSpec) given).longestName() : "";
            boolean ofPowerCuts = given.group() != null;
            if (powerCut.wanted && !ofPowerCuts && !WITH_POWER_CUT.contains(option)) {
                throw new UsageException("option " + option + " does not go with " + POWER_CUT);
            }
            if (!powerCut.wanted && ofPowerCuts) {
                throw new UsageException("option " + option + " goes only with " + POWER_CUT);
            }
        }
    }

    private Options options(long chance) {
        Set<String> wanted = new LinkedHashSet<>(areas);
        if (kill) {
            wanted.add(KILLS);
        }
        int kills = wanted.equals(Set.of(KILLS)) ? ONLY_KILL_ROUNDS : KILL_ROUNDS;
        return new Options(
                backend,
                new RunScale(chance, operations, HALTS, rounds == null ? kills : rounds, PARTITIONS),
                wanted.isEmpty() ? new LinkedHashSet<>(ConformanceRun.areas()) : wanted,
                absolute(report),
                absolute(replay),
                paths(),
                properties);
    }

    private List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        for (String some : classPath) {
            for (String entry : some.split(Pattern.quote(File.pathSeparator))) {
                if (!entry.isEmpty()) {
                    paths.add(absolute(Path.of(entry)));
                }
            }
        }
        return paths;
    }

    static Path absolute(Path path) {
        return path == null ? null : path.toAbsolutePath();
    }

    /** @return the command line, with the seed that was taken */
    private String again(long chance) {
        return spec.name() + " "
                + String.join(" ", spec.commandLine().getParseResult().originalArgs())
                + (seed == null ? " --seed " + chance : "");
    }

    /** Takes a name of an area, however its words are separated. */
    private static final class Area implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                return Options.area(value);
            } catch (UsageException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Takes a whole number, 0 or more. */
    private static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                int number = Integer.parseInt(value);
                if (number >= 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // falls through to the one message for every wrong value
            }
            throw new TypeConversionException("'" + value + "' is not a whole number, 0 or more");
        }
    }
}
