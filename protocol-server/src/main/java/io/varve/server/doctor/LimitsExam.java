// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at the limits of the machine: Java, open files, mappings, memory. What is not known is left out. */
final class LimitsExam {
    private static final int MIN_JAVA = 17;
    /** The newest with which all tests run: see .ci/jdks. */
    private static final int MAX_TESTED_JAVA = 25;

    private static final long MIN_FILES = 10_000;
    private static final long MIN_MAPPINGS = 65_530;
    private static final double MAX_HEAP_SHARE = 0.75;
    private static final long MIB = 1L << 20;
    /** What bin/kafka-server-start.sh gives a server that KAFKA_HEAP_OPTS says nothing of. */
    private static final long DEFAULT_HEAP = 512 * MIB;

    private static final Pattern FILES = Pattern.compile("(?m)^Max open files\\s+(\\d+)");
    private static final Pattern NUMBER = Pattern.compile("(\\d+)");
    private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s+(\\d+) kB");
    private static final Pattern HEAP = Pattern.compile("-Xmx(\\d+)([kKmMgG]?)");

    private final Path proc;
    private final String heapOptions;
    private final int java;

    /**
     * @param proc Linux' {@code /proc}
     * @param heapOptions KAFKA_HEAP_OPTS; null if it is not set
     * @param java feature version of the Java that runs
     */
    LimitsExam(Path proc, String heapOptions, int java) {
        this.proc = proc;
        this.heapOptions = heapOptions;
        this.java = java;
    }

    List<Finding> examine() {
        List<Finding> found = new ArrayList<>();
        found.add(runtime());
        read("self/limits", FILES)
                .ifPresent(files -> found.add(
                        files < MIN_FILES
                                ? Finding.problem(
                                        "a process of this user may open " + files + " files",
                                        "Each connection is one, and each partition a few. Raise it: ulimit -n 100000, or LimitNOFILE of the"
                                                + " systemd unit.")
                                : Finding.ok("a process of this user may open " + files + " files")));
        read("sys/vm/max_map_count", NUMBER)
                .ifPresent(mappings -> found.add(
                        mappings < MIN_MAPPINGS
                                ? Finding.note(
                                        "a process may have " + mappings + " mappings of memory",
                                        "Raise it: sysctl vm.max_map_count=262144.")
                                : Finding.ok("a process may have " + mappings + " mappings of memory")));
        read("meminfo", MEMORY).ifPresent(kib -> found.add(memory(kib * 1024)));
        return found;
    }

    private Finding runtime() {
        if (java < MIN_JAVA) {
            return Finding.problem(
                    "Java " + java + " is too old", "Install Java " + MIN_JAVA + " or newer (JAVA_HOME).");
        }
        return java > MAX_TESTED_JAVA
                ? Finding.note(
                        "Java " + java + " is newer than those Varve is tested with",
                        "If anything is odd, try Java " + MAX_TESTED_JAVA + " (JAVA_HOME).")
                : Finding.ok("Java " + java + " runs Varve");
    }

    private Finding memory(long bytes) {
        long heap = heap();
        String what = "the heap may take %d MiB of the machine's %d MiB of memory".formatted(heap / MIB, bytes / MIB);
        return heap > MAX_HEAP_SHARE * bytes
                ? Finding.problem(
                        what,
                        "The rest is for the page cache, which consumers are served from, and for buffers. Lower -Xmx in KAFKA_HEAP_OPTS.")
                : Finding.ok(what);
    }

    private long heap() {
        Matcher max = HEAP.matcher(heapOptions == null ? "" : heapOptions);
        long heap = DEFAULT_HEAP;
        while (max.find()) { // the last one counts
            int shift = 10 * ("kmg".indexOf(max.group(2).toLowerCase(Locale.ROOT)) + 1);
            heap = Long.parseLong(max.group(1)) << (max.group(2).isEmpty() ? 0 : shift);
        }
        return heap;
    }

    private OptionalLong read(String file, Pattern pattern) {
        try {
            // By lines, which reads whole blocks: some files of /proc give only their first read.
            Matcher found = pattern.matcher(String.join("\n", Files.readAllLines(proc.resolve(file))));
            return found.find() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty(); // not Linux
        }
    }
}
