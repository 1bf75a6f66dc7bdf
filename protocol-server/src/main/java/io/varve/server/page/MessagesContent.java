// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRefusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/**
 * Records of a topic: {@code /api/messages?topic=NAME}, with
 *
 * <pre>
 *   partition=N          of one partition; else of the first 64
 *   from=0:17,1:0        from these offsets of these partitions on
 *   time=MS              from this time on; without both: the newest
 *   key=TEXT             only those with this key;  contains=TEXT: only those with this in their value
 *   limit=N              at most so many, 50 by default
 * </pre>
 *
 * The answer says of each partition where to go on ({@code next}), and of each record of a transaction how
 * that ended ({@code transaction}: committed, aborted, or open while that is not decided).
 */
final class MessagesContent {
    private static final int MAX_PARTITIONS = 64;
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 500;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final Pattern FROM = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

    private MessagesContent() {}

    /** {@code /api/messages}. */
    static void write(HttpCall call, OwnRequests server, ObjectNode answer) {
        String topic = JsonRoute.required(call, "topic");
        int limit = (int) call.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        List<TopicPartition> partitions = partitions(call, server, topic);
        Map<TopicPartition, Long> starts = OffsetQuery.starts(server, partitions);
        // In this order: a last stable offset is never above the high watermark.
        Map<TopicPartition, Long> stable = OffsetQuery.stable(server, partitions);
        Map<TopicPartition, Long> ends = OffsetQuery.ends(server, partitions);
        RecordSearch.Wanted wanted = new RecordSearch.Wanted(call.parameter("key"), call.parameter("contains"));
        Map<TopicPartition, Long> from = from(call, server, partitions, limit, starts, ends, wanted);
        ArrayNode records = answer.putArray("records");
        RecordSearch search = new RecordSearch(server, wanted, limit, records);
        ArrayNode array = answer.putArray("partitions");
        for (TopicPartition each : partitions) {
            Long start = starts.get(each);
            Long end = ends.get(each);
            ObjectNode node = array.addObject().put("partition", each.partition());
            if (start == null || end == null) {
                node.put("closed", true);
                continue;
            }
            long first = Math.max(start, Math.min(end, from.getOrDefault(each, end)));
            long next = search.isOver() ? first : search.read(each, first, stable.getOrDefault(each, start), end);
            node.put("start", start).put("end", end).put("from", first).put("next", next);
        }
        answer.put("read", search.readRecords()).put("over", search.isOver());
    }

    private static List<TopicPartition> partitions(HttpCall call, OwnRequests server, String topic) {
        List<TopicPartition> all =
                TopicsContent.partitions(TopicsContent.described(server, topic).get(0));
        if (call.parameter("partition").isEmpty()) {
            return all.subList(0, Math.min(MAX_PARTITIONS, all.size()));
        }
        TopicPartition one = new TopicPartition(topic, (int) call.number("partition", 0, 0, Integer.MAX_VALUE));
        if (!all.contains(one)) {
            throw new HttpRefusal(NOT_FOUND, "the topic has " + all.size() + " partitions");
        }
        return List.of(one);
    }

    private static Map<TopicPartition, Long> from(
            HttpCall call,
            OwnRequests server,
            List<TopicPartition> partitions,
            int limit,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            RecordSearch.Wanted wanted) {
        if (call.parameter("from").isPresent()) {
            return given(call.parameter("from").get(), partitions.get(0).topic());
        }
        if (call.parameter("time").isPresent()) {
            Map<TopicPartition, Long> at =
                    OffsetQuery.at(server, partitions, call.number("time", 0, 0, Long.MAX_VALUE));
            at.values().removeIf(offset -> offset < 0);
            return at;
        }
        if (wanted.key().isPresent() || wanted.contains().isPresent()) {
            return starts;
        }
        int share = Math.max(1, limit / partitions.size());
        Map<TopicPartition, Long> newest = new LinkedHashMap<>();
        ends.forEach((partition, end) -> newest.put(partition, Math.max(0, end - share)));
        return newest;
    }

    private static Map<TopicPartition, Long> given(String from, String topic) {
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        for (String each : from.split(",")) {
            Matcher matcher = FROM.matcher(each);
            if (!matcher.matches()) {
                throw new HttpRefusal(BAD_REQUEST, "from is a list of PARTITION:OFFSET");
            }
            offsets.put(
                    new TopicPartition(topic, Integer.parseInt(matcher.group(1))), Long.parseLong(matcher.group(2)));
        }
        return offsets;
    }
}
