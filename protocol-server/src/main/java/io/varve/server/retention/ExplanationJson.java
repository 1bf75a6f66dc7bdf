// SPDX-License-Identifier: Apache-2.0
package io.varve.server.retention;

import io.varve.core.retention.Cause;
import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.Hold;
import io.varve.core.retention.LogState;
import io.varve.core.retention.Obstacle;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.RetentionPlan;
import io.varve.core.retention.SegmentFate;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * An explanation's form on the wire, which docs/decisions/0009-retention-explained.md describes. Times are ms since the epoch; what is not
 * known, or has no end, is left out. Stateless.
 */
public final class ExplanationJson {
    private ExplanationJson() {}

    /**
     * @param topic the topic's name
     * @param partitions one explanation for each partition asked for
     * @return an object in JSON, in one line
     */
    public static String write(String topic, List<RetentionExplanation> partitions) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("topic", topic);
        all.put(
                "partitions",
                partitions.stream().map(ExplanationJson::partition).toList());
        return Json.write(all);
    }

    private static Map<String, Object> partition(RetentionExplanation explained) {
        RetentionLimits limits = explained.rules().limits();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("partition", (long) explained.partition().partition());
        map.put("topicId", explained.partition().topicId().toString());
        map.put("now", explained.nowMs());
        map.put("nextCheck", explained.nextCheckMs());
        map.put("checkIntervalMs", explained.rules().config().checkIntervalMs());
        map.put("futureTimestamps", word(explained.rules().config().futureTimestamps()));
        map.put("delete", limits.delete());
        put(map, "retentionMs", limits.retentionMs());
        put(map, "retentionBytes", limits.retentionBytes());
        map.put("segmentMs", explained.rules().segmentMs());
        map.put("holds", limits.holds().stream().map(ExplanationJson::hold).toList());
        map.put("startOffset", explained.log().startOffset());
        map.put("newStartOffset", explained.plan().newStart());
        map.put("highWatermark", explained.log().highWatermark());
        List<Object> segments = new ArrayList<>();
        for (int i = 0; i < explained.plan().fates().size(); i++) {
            segments.add(segment(explained, i));
        }
        map.put("segments", segments);
        return map;
    }

    private static Map<String, Object> hold(Hold hold) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", hold.name());
        map.put("from", hold.from());
        if (hold.to() != Long.MAX_VALUE) {
            map.put("to", hold.to());
        }
        return map;
    }

    private static Map<String, Object> segment(RetentionExplanation explained, int i) {
        SegmentFate fate = explained.plan().fates().get(i);
        Segment segment = fate.segment();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("baseOffset", segment.baseOffset());
        map.put("endOffset", segment.endOffset());
        map.put("bytes", segment.bytes());
        map.put("tier", segment.tier());
        map.put("sealed", segment.sealed());
        put(map, "firstTimestamp", explained.firstTimestamps().get(i));
        put(map, "maxTimestamp", segment.maxTimestamp());
        put(map, "lastAppend", segment.lastAppendMs());
        map.put("cause", word(fate.cause()));
        put(map, "ageFrom", fate.ageFromMs());
        put(map, "due", fate.dueMs());
        put(map, "goes", fate.goesMs());
        put(map, "goesLatest", explained.latestMs(i));
        put(map, "moreBytes", fate.moreBytes());
        map.put(
                "obstacles",
                fate.obstacles().stream().map(ExplanationJson::obstacle).toList());
        return map;
    }

    private static Map<String, Object> obstacle(Obstacle obstacle) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", word(obstacle.kind()));
        if (!obstacle.detail().isEmpty()) {
            map.put("detail", obstacle.detail());
        }
        return map;
    }

    private static void put(Map<String, Object> map, String key, long value) {
        if (value != SegmentFate.UNKNOWN) {
            map.put(key, value);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E enumOf(Class<E> type, Object word) {
        return Enum.valueOf(type, word.toString().toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /**
     * @param json what {@link #write} made
     * @return the explanations
     * @throws IllegalArgumentException if it is something else
     */
    public static List<RetentionExplanation> read(String json) {
        try {
            Map<?, ?> all = (Map<?, ?>) Json.read(json);
            String topic = (String) all.get("topic");
            return list(all, "partitions").stream()
                    .map(one -> readPartition(topic, one))
                    .toList();
        } catch (ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException("not an explanation of retention: " + json, e);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<?, ?> map, String key) {
        return (List<Map<String, Object>>) map.get(key);
    }

    private static long number(Map<String, Object> map, String key) {
        return (Long) map.getOrDefault(key, SegmentFate.UNKNOWN);
    }

    private static RetentionExplanation readPartition(String topic, Map<String, Object> map) {
        List<Hold> holds = list(map, "holds").stream()
                .map(hold -> new Hold((String) hold.get("name"), number(hold, "from"), (Long)
                        hold.getOrDefault("to", Long.MAX_VALUE)))
                .toList();
        RetentionLimits limits = new RetentionLimits(
                (Boolean) map.get("delete"), number(map, "retentionMs"), number(map, "retentionBytes"), holds);
        RetentionConfig config = new RetentionConfig(
                number(map, "checkIntervalMs"), enumOf(FutureTimestamps.class, map.get("futureTimestamps")));
        List<SegmentFate> fates =
                list(map, "segments").stream().map(ExplanationJson::readFate).toList();
        return new RetentionExplanation(
                new PartitionId(topic, UUID.fromString((String) map.get("topicId")), (int) number(map, "partition")),
                number(map, "now"),
                number(map, "nextCheck"),
                new RetentionExplanation.Rules(limits, config, number(map, "segmentMs")),
                new LogState(
                        fates.stream().map(SegmentFate::segment).toList(),
                        number(map, "startOffset"),
                        number(map, "highWatermark")),
                new RetentionPlan(number(map, "newStartOffset"), fates),
                list(map, "segments").stream()
                        .map(segment -> number(segment, "firstTimestamp"))
                        .toList());
    }

    private static SegmentFate readFate(Map<String, Object> map) {
        Segment segment = new Segment(
                number(map, "baseOffset"),
                number(map, "endOffset"),
                number(map, "bytes"),
                number(map, "maxTimestamp"),
                number(map, "lastAppend"),
                (Boolean) map.get("sealed"),
                (String) map.get("tier"));
        return new SegmentFate(
                segment,
                enumOf(Cause.class, map.get("cause")),
                number(map, "ageFrom"),
                number(map, "due"),
                number(map, "goes"),
                number(map, "moreBytes"),
                list(map, "obstacles").stream()
                        .map(one -> new Obstacle(
                                enumOf(Obstacle.Kind.class, one.get("kind")), (String) one.getOrDefault("detail", "")))
                        .toList());
    }
}
