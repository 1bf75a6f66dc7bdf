// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.Subject;
import io.varve.conformance.powercut.PowerCutPlan;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.core.memory.MemoryStorageProvider;
import io.varve.core.spi.StorageProvider;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code bin/conformance.sh --power-cut}. */
final class PowerCutCommand {
    static final String OPTION = "--power-cut";
    static final String USAGE = """
              --power-cut            instead of the checks, cuts the power under the backend (Linux, root; docs/power-cuts.md);
                                     takes --backend, --classpath, --override, --seed, --rounds (default 50), and:
              --file-system NAME     the disk's: ext4 (default) or xfs
              --reflinks NAME        the file system that copies the disk: xfs (default) or btrfs
              --directory DIR        where to put the disk (default: /dev/shm if there is room, else the temporary directory)
              --evidence DIR         where a failed round leaves the disk and the journal
            """;

    private static final int ROUNDS = 50;

    private final PrintStream out;

    PowerCutCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * @param arguments as given
     * @param freshSeed the seed if none is given
     * @return the exit status, one of {@link PowerCuts}'
     * @throws UsageException naming what is wrong
     */
    int run(List<String> arguments, long freshSeed) {
        Map<String, String> values = new TreeMap<>();
        Map<String, String> properties = new TreeMap<>();
        Deque<String> rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case OPTION -> {}
                case "--override" -> {
                    String[] pair = Options.value(option, rest).split("=", 2);
                    if (pair.length < 2) {
                        throw new UsageException("--override " + pair[0] + ": must be KEY=VALUE");
                    }
                    properties.put(pair[0], pair[1]);
                }
                case "--backend",
                        "--classpath",
                        "--seed",
                        "--rounds",
                        "--file-system",
                        "--reflinks",
                        "--directory",
                        "--evidence" -> values.put(option, Options.value(option, rest));
                default -> throw new UsageException("option " + option + " does not go with " + OPTION);
            }
        }
        Subject subject = subject(values, properties);
        PowerCutPlan plan = plan(values, freshSeed);
        int status = PowerCuts.run(subject, plan, out);
        if (status == PowerCuts.FAILED) {
            out.println("  again: bin/conformance.sh "
                    + arguments.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining(" "))
                    + (values.containsKey("--seed") ? "" : " --seed " + plan.seed()));
        }
        return status;
    }

    private static Subject subject(Map<String, String> values, Map<String, String> properties) {
        if (!values.containsKey("--backend")) {
            throw new UsageException("--backend is missing");
        }
        List<Path> classPath = Options.paths(values.getOrDefault("--classpath", ""));
        StorageProvider provider = new Backends(classPath).named(values.get("--backend"));
        if (provider instanceof MemoryStorageProvider) {
            throw new UsageException(OPTION + ": backend memory keeps nothing that a power cut could spare");
        }
        return new Subject(provider, properties, classPath);
    }

    private static PowerCutPlan plan(Map<String, String> values, long freshSeed) {
        int rounds = (int) Options.number(values, "--rounds", ROUNDS);
        try {
            PowerCutPlan usual = PowerCutPlan.of(rounds, Options.number(values, "--seed", freshSeed));
            return new PowerCutPlan(
                    usual.rounds(),
                    usual.seed(),
                    values.getOrDefault("--file-system", usual.disk()),
                    values.getOrDefault("--reflinks", usual.store()),
                    values.containsKey("--directory") ? Options.path(values.get("--directory")) : usual.directory(),
                    Options.path(values.get("--evidence")));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
