// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs Apache's tool for dumps of logs on the files of a stopped server. */
final class DumpLog {
    /** What the tool prints when something is wrong; it exits with 0 all the same. */
    private static final List<String> COMPLAINTS =
            List.of("ismatch", "isvalid: false", "out of order", "Exception", "rror", "orrupt", "not found", "Failed");

    private static final Pattern GAP = Pattern.compile("  (-?\\d+) is followed by (\\d+)");

    private DumpLog() {}

    /**
     * Has it read every file it knows, in every way it can check, and tells how many of each kind there were.
     *
     * @param gaps true if offsets may be missing; the tool mentions that, and that only segment 0 begins at
     *     0, but it is no error
     */
    static Map<String, Integer> assertReadsEverything(Path data, boolean gaps) throws IOException {
        Map<String, List<Path>> files = files(data);
        assertThat(files.keySet()).contains("log", "index", "timeindex", "snapshot");
        try (ToolProcess tool = ToolProcess.start()) {
            dump(tool, "", files.get("log"), gaps);
            dump(tool, "--deep-iteration --print-data-log", files.get("log"), gaps);
            for (String kind : List.of("index", "timeindex")) {
                dump(tool, "", files.get(kind), gaps);
                dump(tool, "--verify-index-only", files.get(kind), gaps);
                assertThat(dump(tool, "--index-sanity-check", files.get(kind), gaps)
                                .lines()
                                .filter(line -> line.endsWith(" passed sanity check.") || line.endsWith(" is empty.")))
                        .hasSameSizeAs(files.get(kind));
            }
            dump(tool, "", files.get("snapshot"), gaps);
            if (files.containsKey("txnindex")) { // only where transactions were aborted
                dump(tool, "", files.get("txnindex"), gaps);
            }
        }
        Map<String, Integer> counts = new TreeMap<>();
        files.forEach((kind, all) -> counts.put(kind, all.size()));
        return counts;
    }

    private static Map<String, List<Path>> files(Path data) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            return all.filter(file ->
                            file.getFileName().toString().matches("\\d{20}\\.(log|index|timeindex|txnindex|snapshot)"))
                    .sorted()
                    .collect(Collectors.groupingBy(
                            file -> file.toString().substring(file.toString().lastIndexOf('.') + 1)));
        }
    }

    private static String dump(ToolProcess tool, String options, List<Path> files, boolean gaps) {
        String names = files.stream().map(Path::toString).collect(Collectors.joining(","));
        ToolProcess.Printed printed = tool.run("kafka-dump-log.sh", options + " --files " + names);
        assertThat(printed.code()).as(printed.err()).isZero();
        assertThat(printed.out()).contains("Dumping ").doesNotContain(COMPLAINTS);
        assertThat(complaints(printed.err(), gaps)).isEmpty();
        return printed.out();
    }

    private static List<String> complaints(String err, boolean gaps) {
        List<String> complaints = new ArrayList<>();
        for (String line : err.lines().toList()) {
            Matcher gap = GAP.matcher(line);
            boolean harmless = line.startsWith("Non-consecutive offsets in ")
                    || gap.matches() && (gaps || gap.group(1).equals("-1"));
            if (!harmless) {
                complaints.add(line);
            }
        }
        return complaints;
    }
}
