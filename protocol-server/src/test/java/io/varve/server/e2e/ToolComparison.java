// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Compares what a tool prints on a Kafka and on a server that are used in the same way. The tools run in one
 * JVM, which ends when this is closed, or each in a process of its own.
 */
final class ToolComparison implements AutoCloseable {
    /** Differ between any two brokers, or two runs. */
    private static final Set<String> OWN = Set.of(
            "Coordinator",
            "CoordinatorId",
            "ProducerId",
            "CurrentTransactionStartTimeMs",
            "TransactionDurationMs",
            "LastTimestamp");

    /** Kafka's new clusters have one setting of all brokers (KIP-966). */
    private static final String OF_NEW_CLUSTERS = "  min.insync.replicas=1 ";

    /** Kafka shows no synonyms of these while the finest unit is not set. */
    private static final Pattern IN_SEVERAL_UNITS =
            Pattern.compile("(  (?:segment|segment\\.jitter|retention|flush)\\.ms=.*) synonyms=.*");

    private static final String MEASURED = "MEASURED";

    /** Stands in a command for the broker's address, where that is not the first option. */
    private static final String ADDRESS = "ADDRESS";

    /** Is in a command that changes nothing. */
    private static final Pattern QUESTION = Pattern.compile("(^|\\s)(--)?(describe|list|status)\\b");

    /** Matches nothing. */
    static final String NOTHING = "(?!)";

    private final Broker kafka;
    private final Broker server;
    private final ToolProcess tools = ToolProcess.start();

    ToolComparison(Broker kafka, Broker server) {
        this.kafka = kafka;
        this.server = server;
    }

    /** Runs a tool on both brokers, and requires the same exit code and output. */
    void assertSame(String tool, String command) {
        assertSame(tool, command, NOTHING);
    }

    /**
     * Runs a tool on both brokers, and requires the same exit code and output.
     *
     * @param measured matches what two runs on one broker would not have in common either
     */
    void assertSame(String tool, String command, String measured) {
        String what = tool + " " + command;
        if (QUESTION.matcher(command).find()) {
            Alike.require(
                    what,
                    () -> shown(run(kafka, tool, command), measured),
                    () -> shown(run(server, tool, command), measured));
        } else {
            assertSame(what, run(kafka, tool, command), run(server, tool, command), measured);
        }
    }

    /** Runs a tool on a broker, and returns what it prints. */
    ToolProcess.Printed run(Broker broker, String tool, String command) {
        return run(tool, asking(broker, command));
    }

    /** Runs a tool with these arguments alone, and returns what it prints. */
    ToolProcess.Printed run(String tool, String command) {
        return tools.run(tool, command);
    }

    /** The same by the tool's script, for a tool that does more than ask. */
    void assertSameInProcesses(String tool, String command, String measured) {
        try (ChildProcess kafkas = start(kafka, tool, command);
                ChildProcess ours = start(server, tool, command)) {
            assertSame(tool + " " + command, ended(kafkas), ended(ours), measured);
        }
    }

    /** Waits for a program's end, and returns what it has printed. */
    static ToolProcess.Printed ended(ChildProcess running) {
        int code = running.exitWithin(Duration.ofSeconds(60));
        return new ToolProcess.Printed(code, running.out(), running.err());
    }

    /**
     * Requires the same exit code and output.
     *
     * @param what names the tool in the failure
     * @param measured matches what two runs would not have in common either
     */
    static void assertSame(String what, ToolProcess.Printed kafkas, ToolProcess.Printed ours, String measured) {
        assertThat(shown(ours, measured)).as(what).isEqualTo(shown(kafkas, measured));
    }

    private static String shown(ToolProcess.Printed printed, String measured) {
        return printed.code() + "\n" + normalised(printed.out(), measured) + "\n" + normalised(printed.err(), measured);
    }

    private static ChildProcess start(Broker broker, String tool, String command) {
        return ChildProcess.start("bash", "-c", "bin/" + tool + " " + asking(broker, command));
    }

    private static String asking(Broker broker, String command) {
        return command.contains(ADDRESS)
                ? command.replace(ADDRESS, broker.bootstrap())
                : "--bootstrap-server " + broker.bootstrap() + " " + command;
    }

    /**
     * Without what differs between any two brokers; lines in an order of ours, a table's columns as wide as
     * they need to be.
     */
    static String normalised(String printed, String measured) {
        List<String> lines = printed.lines()
                .map(line -> line.replaceAll(measured, MEASURED))
                .filter(line -> !line.equals(MEASURED))
                .map(line -> line.replaceFirst("^\\[20[-0-9]+ [:,0-9]+]", "TIME"))
                .filter(line -> !line.startsWith(OF_NEW_CLUSTERS))
                .map(line -> IN_SEVERAL_UNITS.matcher(line).replaceFirst("$1"))
                .map(line -> line.replaceAll("(127\\.0\\.0\\.1|localhost):\\d+( \\(id: \\d+)?", "BROKER"))
                .map(line -> line.replaceAll("(?<=clientId=adminclient-)\\d+", "N"))
                .map(line -> line.replaceAll("\"log_dirs\":\\[\"[^\"]*\"]", "LOG_DIRS"))
                .toList();
        if (lines.isEmpty() || !lines.get(0).contains("\t")) {
            return lines.stream().sorted().collect(Collectors.joining("\n"));
        }
        List<String> columns = cells(lines.get(0));
        List<String> rows = lines.stream()
                .skip(1)
                .map(ToolComparison::cells)
                .map(cells -> IntStream.range(0, cells.size())
                        .mapToObj(i -> i < columns.size()
                                        && OWN.contains(columns.get(i))
                                        && !cells.get(i).equals("None")
                                ? columns.get(i)
                                : cells.get(i))
                        .toList()
                        .toString())
                .sorted()
                .toList();
        return columns + "\n" + String.join("\n", rows);
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.split("\t")).map(String::strip).toList();
    }

    @Override
    public void close() {
        tools.close();
    }
}
