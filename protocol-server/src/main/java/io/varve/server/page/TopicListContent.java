// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRefusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;

/**
 * The topics that the caller may see, with their sizes: {@code /api/topics}, with
 *
 * <pre>
 *   find=TEXT            only those with this in their name, in upper or lower case
 *   internal=1           the server's own too
 *   sort=WHAT            name, partitions, records, bytes or rate; by default name
 *   descending=1         the last ones first
 *   limit=N              at most so many, 200 by default
 * </pre>
 *
 * <p>What all of them are together ({@code total}) does not depend on these. A page that asks every two
 * seconds gets what it shows: of ten thousand topics, all would be megabytes. {@code /api/names} has all
 * names, and nothing else. Thread-safe.
 */
final class TopicListContent {
    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_LIMIT = 10_000;
    private static final int BAD_REQUEST = 400;
    private static final double TENTH = 10;

    private static final Map<String, Comparator<Row>> ORDERS = Map.of(
            "name", Comparator.comparing(Row::name),
            "partitions", Comparator.comparingInt(Row::partitions),
            "records", Comparator.comparingLong(Row::records),
            "bytes", Comparator.comparingLong(Row::bytes),
            "rate", Comparator.comparingDouble(Row::rate));

    /** @param rates records a second, oldest first */
    private record Row(
            String name, boolean internal, int partitions, long records, long end, long bytes, List<Double> rates) {
        double rate() {
            return rates.isEmpty() ? 0 : rates.get(rates.size() - 1);
        }
    }

    private final RateHistory history;

    /** @param history what came to each topic lately */
    TopicListContent(RateHistory history) {
        this.history = history;
    }

    /** {@code /api/topics}. */
    void write(HttpCall call, OwnRequests server, ObjectNode answer) {
        String part = call.parameter("find").orElse("").toLowerCase(Locale.ROOT);
        boolean internal = call.number("internal", 0, 0, 1) == 1;
        long limit = call.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        Comparator<Row> order = order(call);
        Map<TopicPartition, Long> sizes = TopicsContent.sizes(server);
        List<Row> all = rows(server, sizes);
        writeTotal(all, !sizes.isEmpty(), answer.putObject("total"));
        List<Row> found = all.stream()
                .filter(row -> internal || !row.internal())
                .filter(row -> row.name().toLowerCase(Locale.ROOT).contains(part))
                .sorted(order)
                .toList();
        answer.put("found", found.size());
        ArrayNode array = answer.putArray("topics");
        found.stream().limit(limit).forEach(row -> write(row, !sizes.isEmpty(), array.addObject()));
    }

    /** {@code /api/names}. */
    static void names(HttpCall call, OwnRequests server, ObjectNode answer) {
        ArrayNode array = answer.putArray("names");
        TopicsContent.described(server, null).forEach(topic -> array.add(topic.name()));
    }

    private static Comparator<Row> order(HttpCall call) {
        String sort = call.parameter("sort").orElse("name");
        Comparator<Row> order = ORDERS.get(sort);
        if (order == null) {
            throw new HttpRefusal(BAD_REQUEST, "sort is name, partitions, records, bytes or rate");
        }
        boolean descending = call.number("descending", 0, 0, 1) == 1;
        return (descending ? order.reversed() : order).thenComparing(Row::name);
    }

    private List<Row> rows(OwnRequests server, Map<TopicPartition, Long> sizes) {
        List<MetadataResponseTopic> topics = TopicsContent.described(server, null);
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> TopicsContent.partitions(topic).stream())
                .toList();
        Map<TopicPartition, Long> starts = OffsetQuery.starts(server, partitions);
        Map<TopicPartition, Long> ends = OffsetQuery.ends(server, partitions);
        List<Row> rows = new ArrayList<>(topics.size());
        for (MetadataResponseTopic topic : topics) {
            List<TopicPartition> own = TopicsContent.partitions(topic);
            long end = sum(own, ends);
            rows.add(new Row(
                    topic.name(),
                    topic.isInternal(),
                    own.size(),
                    end - sum(own, starts),
                    end,
                    sum(own, sizes),
                    history.of(topic.name())));
        }
        return rows;
    }

    private static long sum(List<TopicPartition> partitions, Map<TopicPartition, Long> values) {
        return partitions.stream()
                .mapToLong(each -> values.getOrDefault(each, 0L))
                .sum();
    }

    /** Counts what clients write to; bytes are those of all, because the disk holds all. */
    private static void writeTotal(List<Row> all, boolean sized, ObjectNode total) {
        List<Row> clients = all.stream().filter(row -> !row.internal()).toList();
        total.put("topics", clients.size())
                .put("internal", all.size() - clients.size())
                .put("partitions", sum(clients, Row::partitions))
                .put("records", sum(clients, Row::records));
        if (sized) {
            total.put("bytes", sum(all, Row::bytes));
        }
        write(together(clients), total.putArray("rates"));
    }

    private static long sum(List<Row> rows, ToLongFunction<Row> what) {
        return rows.stream().mapToLong(what).sum();
    }

    /** @return the rates of all together, oldest first: each topic's newest is of now */
    private static List<Double> together(List<Row> rows) {
        int length = rows.stream().mapToInt(row -> row.rates().size()).max().orElse(0);
        double[] sums = new double[length];
        for (Row row : rows) {
            int before = length - row.rates().size();
            for (int i = before; i < length; i++) {
                sums[i] += row.rates().get(i - before);
            }
        }
        List<Double> together = new ArrayList<>(length);
        for (double sum : sums) {
            together.add(sum);
        }
        return together;
    }

    /** Of a topic to which nothing came lately there are no rates: most of many topics are so. */
    private static void write(Row row, boolean sized, ObjectNode node) {
        node.put("name", row.name())
                .put("internal", row.internal())
                .put("partitions", row.partitions())
                .put("records", row.records())
                .put("end", row.end());
        if (sized) {
            node.put("bytes", row.bytes());
        }
        if (row.rates().stream().anyMatch(rate -> rate > 0)) {
            write(row.rates(), node.putArray("rates"));
        }
    }

    /** Whole numbers from ten on: nobody sees more in a chart. */
    private static void write(List<Double> rates, ArrayNode array) {
        for (double rate : rates) {
            if (rate == 0 || rate >= TENTH) {
                array.add(Math.round(rate));
            } else {
                array.add(Math.round(rate * TENTH) / TENTH);
            }
        }
    }
}
