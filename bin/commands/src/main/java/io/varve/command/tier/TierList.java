// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.s3.TierAccess;
import io.varve.s3.manifest.ManifestView;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what the bucket has of each partition. */
@Command(
        name = "list",
        description = {
            "Lists partitions and what the bucket has of them: offsets, segments, bytes as appended and as stored, and the"
                    + " timestamp of the oldest batch. 'waits' is what the server has still to upload, if its first data"
                    + " directory is on this machine."
        })
final class TierList extends BucketCommand {
    @Option(names = "--topic", paramLabel = "TOPIC", description = "of one topic only")
    private String topic;

    @Option(names = "--segments", description = "lists every segment, too")
    private boolean segments;

    @Option(names = "--json", description = "prints JSON")
    private boolean json;

    @Override
    int run(TierAccess access, Map<String, String> properties) throws IOException {
        ManifestView manifest = access.manifest();
        Optional<UsageReport> usage = UsageReport.read(firstDirectory(properties));
        List<RemotePartition> partitions = partitions(manifest, topic);
        if (json) {
            out().println(new ObjectMapper().writeValueAsString(json(manifest, partitions, usage)));
        } else {
            print(partitions, usage);
            manifest.owner()
                    .ifPresent(owner -> out().println("owner: " + owner.incarnation() + " on " + owner.host()
                            + " since " + Amounts.time(owner.timeMs())));
        }
        return 0;
    }

    /** @return the partitions of a topic, or all of them if it is null, in the order of their names */
    static List<RemotePartition> partitions(ManifestView manifest, String topic) {
        return manifest.partitions().stream()
                .filter(partition -> topic == null || partition.id().topic().equals(topic))
                .sorted(Comparator.comparing((RemotePartition p) -> p.id().topic())
                        .thenComparing(p -> p.id().topicId())
                        .thenComparing(p -> p.id().partition())
                        .thenComparing(RemotePartition::aside))
                .toList();
    }

    /** @return the partitions that were set aside, in the order of their names */
    static List<RemotePartition> aside(ManifestView manifest) {
        return partitions(manifest, null).stream()
                .filter(RemotePartition::aside)
                .toList();
    }

    private void print(List<RemotePartition> partitions, Optional<UsageReport> usage) {
        AlignedRows table = new AlignedRows(
                "partition", "start", "end", "segments", "appended", "stored", "ratio", "oldest", "waits");
        Set<UUID> counted = new HashSet<>();
        long appended = 0;
        long stored = 0;
        for (RemotePartition partition : partitions) {
            TierTotals totals = TierTotals.of(partition.segments());
            appended += totals.appended();
            stored += partition.segments().stream()
                    .filter(segment -> counted.add(segment.object()))
                    .mapToLong(RemoteSegment::objectBytes)
                    .sum();
            row(table, partition.id() + (partition.aside() ? " (set aside)" : ""), partition, totals, usage);
            if (segments) {
                partition.segments().forEach(segment -> row(table, segment));
            }
        }
        List<RemoteSegment> aside = partitions.stream()
                .filter(RemotePartition::aside)
                .flatMap(partition -> partition.segments().stream())
                .toList();
        if (!aside.isEmpty()) {
            TierTotals totals = TierTotals.of(aside);
            table.row(
                    "of it set aside",
                    "",
                    "",
                    aside.size(),
                    Amounts.bytes(totals.appended()),
                    Amounts.bytes(totals.stored()),
                    Amounts.ratio(totals.appended(), totals.stored()),
                    Amounts.time(totals.oldestMs()),
                    "");
        }
        table.row(
                "in all",
                "",
                "",
                counted.size(),
                Amounts.bytes(appended),
                Amounts.bytes(stored),
                Amounts.ratio(appended, stored),
                "",
                "");
        table.print(out());
    }

    private static void row(
            AlignedRows table, String name, RemotePartition partition, TierTotals totals, Optional<UsageReport> usage) {
        table.row(
                name,
                partition.start(),
                partition.end(),
                partition.segments().size(),
                Amounts.bytes(totals.appended()),
                Amounts.bytes(totals.stored()),
                Amounts.ratio(totals.appended(), totals.stored()),
                Amounts.time(totals.oldestMs()),
                waits(partition, usage)
                        .map(waits -> Amounts.bytes(waits.bytes()))
                        .orElse("-"));
    }

    private static void row(AlignedRows table, RemoteSegment segment) {
        table.row(
                "  " + segment.key(),
                segment.baseOffset(),
                segment.endOffset(),
                segment.index().chunkCount() + " chunks",
                Amounts.bytes(segment.bytes()),
                Amounts.bytes(segment.objectBytes()),
                Amounts.ratio(segment.bytes(), segment.objectBytes()),
                Amounts.time(segment.firstTimestamp()),
                "");
    }

    /** @return what waits; nothing waits of a partition that the server's report leaves out */
    private static Optional<UsageReport.Waits> waits(RemotePartition partition, Optional<UsageReport> usage) {
        if (partition.aside()) {
            return Optional.empty();
        }
        String key = partition.id().topicId() + "/" + partition.id().partition();
        return usage.map(report -> report.backlog().getOrDefault(key, new UsageReport.Waits(0, 0, -1)));
    }

    private ObjectNode json(ManifestView manifest, List<RemotePartition> partitions, Optional<UsageReport> usage) {
        ObjectNode all = new ObjectMapper().createObjectNode();
        all.put("manifest", manifest.number());
        manifest.owner()
                .ifPresent(owner -> all.putObject("owner")
                        .put("incarnation", owner.incarnation().toString())
                        .put("host", owner.host())
                        .put("claimedMs", owner.timeMs()));
        ArrayNode list = all.putArray("partitions");
        for (RemotePartition partition : partitions) {
            TierTotals totals = TierTotals.of(partition.segments());
            ObjectNode row = list.addObject()
                    .put("topic", partition.id().topic())
                    .put("topicId", partition.id().topicId().toString())
                    .put("partition", partition.id().partition())
                    .put("setAside", partition.aside())
                    .put("startOffset", partition.start())
                    .put("endOffset", partition.end())
                    .put("segments", partition.segments().size())
                    .put("appendedBytes", totals.appended())
                    .put("storedBytes", totals.stored())
                    .put("oldestMs", totals.oldestMs());
            waits(partition, usage)
                    .ifPresent(waits ->
                            row.put("waitingSegments", waits.segments()).put("waitingBytes", waits.bytes()));
            if (segments) {
                ArrayNode described = row.putArray("segmentList");
                partition.segments().forEach(segment -> describe(described.addObject(), segment));
            }
        }
        return all;
    }

    private static void describe(ObjectNode row, RemoteSegment segment) {
        row.put("key", segment.key())
                .put("baseOffset", segment.baseOffset())
                .put("endOffset", segment.endOffset())
                .put("chunks", segment.index().chunkCount())
                .put("appendedBytes", segment.bytes())
                .put("storedBytes", segment.objectBytes())
                .put("firstTimestamp", segment.firstTimestamp())
                .put("maxTimestamp", segment.maxTimestamp())
                .put("lastAppendMs", segment.lastAppendMs());
    }
}
