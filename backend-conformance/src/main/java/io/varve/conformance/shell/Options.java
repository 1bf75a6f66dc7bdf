// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.ConformanceRun;
import io.varve.conformance.Scale;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The command line.
 *
 * @param backend name of the backend to grade
 * @param scale how long to go on, and the seed
 * @param areas which areas
 * @param report where to write the page, or null
 * @param replay a history to run, and nothing else, or null
 * @param classPath jars and directories with backends, beside those that come with the kit
 * @param properties the backend's configuration
 */
record Options(
        String backend,
        Scale scale,
        Set<String> areas,
        Path report,
        Path replay,
        List<Path> classPath,
        Map<String, String> properties) {
    static final String USAGE = """
            Usage: bin/conformance.sh --backend NAME [OPTION]...
            Grades a storage backend: runs every check of the contract on it. Exit status 0 if it passed, 1 if not, 2 for a wrong command line.

              --backend NAME         file, memory, or what a jar on the class path provides
              --classpath JARS       where to find other people's backends
              --override KEY=VALUE   configuration for the backend; may be repeated
              --area AREA            only this area; may be repeated
              --seed N               repeats a run's chance (default: a new one, which is printed)
              --operations N         steps of random histories (default 20000)
              --replay FILE          only runs the history in the file, as a failure prints it
              --kill                 only kills processes at random moments
              --rounds N             how many (default 200 with --kill, otherwise 20)
              --report FILE          writes a page for the browser
              --list                 prints the areas
            """ + PowerCutCommand.USAGE;

    static final String KILLS = "kills";
    private static final Pattern GAPS = Pattern.compile("[^a-z0-9]+");
    private static final int OPERATIONS = 20_000;
    private static final int HALTS = 3;
    private static final int PARTITIONS = 10_000;
    private static final int KILL_ROUNDS = 20;
    private static final int ONLY_KILL_ROUNDS = 200;

    /**
     * @param arguments as given
     * @param freshSeed the seed if none is given
     * @throws UsageException naming what is wrong
     */
    static Options parse(List<String> arguments, long freshSeed) {
        Deque<String> rest = new ArrayDeque<>(arguments);
        Map<String, String> values = new TreeMap<>();
        Map<String, String> properties = new TreeMap<>();
        Set<String> areas = new LinkedHashSet<>();
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--kill" -> areas.add(KILLS);
                case "--area" -> areas.add(area(value(option, rest)));
                case "--override" -> {
                    String[] pair = value(option, rest).split("=", 2);
                    if (pair.length < 2) {
                        throw new UsageException("--override " + pair[0] + ": must be KEY=VALUE");
                    }
                    properties.put(pair[0], pair[1]);
                }
                case "--backend", "--classpath", "--seed", "--operations", "--rounds", "--report", "--replay" ->
                    values.put(option, value(option, rest));
                default -> throw new UsageException("unknown option " + option);
            }
        }
        if (!values.containsKey("--backend")) {
            throw new UsageException("--backend is missing");
        }
        boolean onlyKills = areas.equals(Set.of(KILLS));
        Scale scale = new Scale(
                number(values, "--seed", freshSeed),
                (int) number(values, "--operations", OPERATIONS),
                HALTS,
                (int) number(values, "--rounds", onlyKills ? ONLY_KILL_ROUNDS : KILL_ROUNDS),
                PARTITIONS);
        return new Options(
                values.get("--backend"),
                scale,
                areas.isEmpty() ? new LinkedHashSet<>(ConformanceRun.areas()) : areas,
                path(values.get("--report")),
                path(values.get("--replay")),
                paths(values.getOrDefault("--classpath", "")),
                properties);
    }

    static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return rest.pop();
    }

    static long number(Map<String, String> values, String option, long preset) {
        String value = values.get(option);
        if (value == null) {
            return preset;
        }
        try {
            long number = Long.parseLong(value);
            boolean seed = option.equals("--seed");
            if (seed || number >= 0 && number <= Integer.MAX_VALUE) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for every wrong value
        }
        throw new UsageException(option + " " + value + ": must be a whole number, 0 or more");
    }

    static Path path(String value) {
        return value == null ? null : Path.of(value).toAbsolutePath();
    }

    static List<Path> paths(String value) {
        List<Path> paths = new ArrayList<>();
        for (String entry : value.split(Pattern.quote(File.pathSeparator))) {
            if (!entry.isEmpty()) {
                paths.add(path(entry));
            }
        }
        return paths;
    }

    private static String area(String wanted) {
        return ConformanceRun.areas().stream()
                .filter(area -> word(area).equals(word(wanted)))
                .findFirst()
                .orElseThrow(() -> new UsageException("no area " + wanted + "; there are: " + areaWords()));
    }

    /** @return the areas, as the command line takes them */
    static String areaWords() {
        return String.join(
                ", ", ConformanceRun.areas().stream().map(Options::word).toList());
    }

    private static String word(String area) {
        return GAPS.matcher(area.toLowerCase(Locale.ROOT)).replaceAll("-");
    }

    /** @return a command that runs one area with the same seed again */
    String command(String area) {
        StringBuilder command = new StringBuilder("bin/conformance.sh --backend ").append(backend);
        classPath.forEach(entry -> command.append(" --classpath ").append(entry));
        properties.forEach((key, value) -> command.append(" --override ").append(key + "=" + value));
        command.append(" --area ").append(word(area)).append(" --seed ").append(scale.seed());
        command.append(" --operations ").append(scale.operations());
        return command.append(" --rounds ").append(scale.kills()).toString();
    }
}
