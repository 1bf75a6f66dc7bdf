// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.server.command.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Prints what a source holds: a row per topic, the sum, and what is left out. Stateless. */
public final class ImportSummary {
    private static final int MAX_PARTITIONS_SHOWN = 4;
    private static final List<String> HEAD = List.of("topic", "partitions", "records", "bytes", "aborted", "offsets");
    private static final Set<Integer> NUMBERS = Set.of(1, 2, 3, 4); // all but the topic and the offsets

    private ImportSummary() {}

    /**
     * @param source what is imported
     * @return the lines; offsets are the first of a partition and the one after its last
     */
    public static List<String> of(KafkaSource source) {
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        long partitions = 0;
        long records = 0;
        long bytes = 0;
        for (SourceTopic topic : source.topics()) {
            rows.add(row(topic));
            for (SourcePartition partition : topic.partitions()) {
                partitions++;
                records += partition.records();
                bytes += partition.bytes();
            }
        }
        List<String> lines = new ArrayList<>(TextTable.lines(rows, NUMBERS));
        lines.add(String.format(
                "%d topics, %d partitions, %d records, %s", source.topics().size(), partitions, records, bytes(bytes)));
        if (!source.acls().isEmpty()) {
            lines.add(source.acls().size() + " access control entries");
        }
        source.leftOut().forEach(what -> lines.add("left out: " + what));
        return lines;
    }

    private static List<String> row(SourceTopic topic) {
        List<SourcePartition> partitions = topic.partitions();
        return List.of(
                topic.topic().name(),
                Integer.toString(partitions.size()),
                Long.toString(
                        partitions.stream().mapToLong(SourcePartition::records).sum()),
                bytes(partitions.stream().mapToLong(SourcePartition::bytes).sum()),
                Long.toString(partitions.stream()
                        .mapToLong(SourcePartition::abortedRecords)
                        .sum()),
                offsets(partitions));
    }

    private static String offsets(List<SourcePartition> partitions) {
        if (partitions.size() > MAX_PARTITIONS_SHOWN) {
            long start = partitions.stream()
                    .mapToLong(each -> each.log().start())
                    .min()
                    .orElse(0);
            return start + "-"
                    + partitions.stream().mapToLong(SourcePartition::end).max().orElse(0) + " (lowest and highest)";
        }
        List<String> each = new ArrayList<>();
        partitions.forEach(partition -> each.add(partition.log().start() + "-" + partition.end()));
        return String.join(", ", each);
    }

    /** @return a size a person can read */
    static String bytes(long bytes) {
        if (bytes < 10_000) {
            return bytes + " B";
        }
        return bytes < 10 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
