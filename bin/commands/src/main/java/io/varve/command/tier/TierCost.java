// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.s3.TierAccess;
import io.varve.s3.client.RequestKind;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.price.PriceTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prices what is stored, and the requests of the server. */
@Command(
        name = "cost",
        description = {
            "Prices what the bucket stores, by topic, and the requests since the server started, which it notes in the file "
                    + TierAccess.USAGE_FILE
                    + " of its first data directory every minute. An object that several topics name"
                    + " counts for the first of them. Prices are those of a file; discounts, taxes and transfer to the"
                    + " internet are not in it."
        })
final class TierCost extends BucketCommand {
    private static final double MONTH_MS = 30 * 24 * 3_600_000.0;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            defaultValue = "${sys:varve.home:-.}/config/s3-prices.properties",
            description = "the prices; without it, those of ${DEFAULT-VALUE}")
    private Path prices;

    @Option(names = "--json", description = "prints JSON")
    private boolean json;

    private final Map<String, TopicCost> costs = new TreeMap<>();

    @Override
    int run(TierAccess access, Map<String, String> properties) throws IOException {
        PriceTable table = PriceTable.read(prices);
        Optional<UsageReport> usage = UsageReport.read(firstDirectory(properties));
        Set<UUID> counted = new HashSet<>();
        for (RemotePartition partition : TierList.partitions(access.manifest(), null)) {
            for (RemoteSegment segment : partition.segments()) {
                if (counted.add(segment.object())) {
                    cost(partition.id().topic()).addStored(segment.objectBytes());
                }
            }
        }
        usage.ifPresent(
                report -> report.requests().forEach(row -> cost(row.topic()).add(row)));
        if (json) {
            out().println(new ObjectMapper().writeValueAsString(json(table, usage)));
        } else {
            print(table, usage);
        }
        return 0;
    }

    private TopicCost cost(String topic) {
        return costs.computeIfAbsent(topic, ignored -> new TopicCost());
    }

    private void print(PriceTable table, Optional<UsageReport> usage) {
        AlignedRows text = new AlignedRows(
                "topic",
                "stored",
                "$/month",
                "PUT",
                "GET",
                "LIST",
                "DELETE",
                "sent",
                "received",
                "$ so far",
                "$/month at that rate");
        TopicCost all = new TopicCost();
        costs.forEach((topic, cost) -> {
            row(text, topic.isEmpty() ? "(no topic)" : topic, cost, table, usage);
            all.add(cost);
        });
        row(text, "in all", all, table, usage);
        text.print(out());
        out().println("prices: " + table.name());
        out().println(usage.map(report -> "requests: from " + Amounts.time(report.startedMs()) + " to "
                        + Amounts.time(report.writtenMs()))
                .orElse("requests: not known, no server has noted them on this machine"));
    }

    private static void row(
            AlignedRows text, String topic, TopicCost cost, PriceTable table, Optional<UsageReport> usage) {
        double dollars = cost.requestDollars(table);
        text.row(
                topic,
                Amounts.bytes(cost.stored()),
                Amounts.dollars(table.storageMonth(cost.stored())),
                cost.requests(RequestKind.PUT),
                cost.requests(RequestKind.GET),
                cost.requests(RequestKind.LIST),
                cost.requests(RequestKind.DELETE),
                Amounts.bytes(cost.bytes(RequestKind.PUT)),
                Amounts.bytes(cost.bytes(RequestKind.GET)),
                Amounts.dollars(dollars),
                usage.map(report -> Amounts.dollars(dollars * perMonth(report))).orElse("-"));
    }

    private static double perMonth(UsageReport report) {
        return MONTH_MS / Math.max(1, report.writtenMs() - report.startedMs());
    }

    private ObjectNode json(PriceTable table, Optional<UsageReport> usage) {
        ObjectNode all = new ObjectMapper().createObjectNode().put("prices", table.name());
        usage.ifPresent(report -> all.put("fromMs", report.startedMs()).put("toMs", report.writtenMs()));
        ArrayNode topics = all.putArray("topics");
        costs.forEach((topic, cost) -> {
            ObjectNode row = topics.addObject()
                    .put("topic", topic)
                    .put("storedBytes", cost.stored())
                    .put("storageDollarsPerMonth", table.storageMonth(cost.stored()))
                    .put("requestDollars", cost.requestDollars(table));
            for (RequestKind kind : RequestKind.values()) {
                row.putObject(kind.name()).put("requests", cost.requests(kind)).put("bytes", cost.bytes(kind));
            }
        });
        return all;
    }
}
