// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The command line of a {@link WorkerMain}.
 *
 * @param directory the data
 * @param journal where to write what was done, outside of the data
 * @param seed says what the workload does
 * @param generation never the same twice on one directory
 * @param task what for
 */
public record WorkerArguments(Path directory, Path journal, long seed, int generation, WorkerTask task) {
    private static final int FIRST_PROPERTY = 8;

    /** What a child does between its start and its death. */
    public enum Kind {
        /** Opens the storage and waits to be killed. */
        OPEN,
        /** Works, while another thread syncs, until killed. */
        LOAD,
        /** Works on one thread, counting the failpoints passed, and halts. */
        COUNT,
        /** Works as COUNT does, but halts at a failpoint. */
        HALT
    }

    /**
     * A task.
     *
     * @param kind which
     * @param failPoint where to halt
     * @param hit at which hit of it, from 1
     */
    public record WorkerTask(Kind kind, String failPoint, int hit) {
        /** @return one that needs no failpoint */
        public static WorkerTask of(Kind kind) {
            return new WorkerTask(kind, "-", 0);
        }
    }

    List<String> arguments(String provider, Map<String, String> properties) {
        List<String> arguments = new ArrayList<>(List.of(
                provider,
                directory.toString(),
                journal.toString(),
                Long.toString(seed),
                Integer.toString(generation),
                task.kind().name(),
                task.failPoint(),
                Integer.toString(task.hit())));
        properties.forEach((key, value) -> arguments.add(key + "=" + value));
        return arguments;
    }

    static WorkerArguments parse(String[] arguments) {
        return new WorkerArguments(
                Path.of(arguments[1]),
                Path.of(arguments[2]),
                Long.parseLong(arguments[3]),
                Integer.parseInt(arguments[4]),
                new WorkerTask(Kind.valueOf(arguments[5]), arguments[6], Integer.parseInt(arguments[7])));
    }

    static Map<String, String> properties(String[] arguments) {
        Map<String, String> properties = new TreeMap<>();
        for (String property : List.of(arguments).subList(FIRST_PROPERTY, arguments.length)) {
            int equals = property.indexOf('=');
            properties.put(property.substring(0, equals), property.substring(equals + 1));
        }
        return properties;
    }
}
