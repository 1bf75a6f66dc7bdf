// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.core.retention.DeletionCause;
import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.Hold;
import io.varve.core.retention.LocalFate;
import io.varve.core.retention.LocalPlan;
import io.varve.core.retention.LogState;
import io.varve.core.retention.Obstacle;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.RetentionPlan;
import io.varve.core.retention.SegmentFate;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;

/**
 * Writes and reads explanations of retention as JSON, which is their form on the wire:
 * docs/decisions/0009-retention-explained.md describes it. Times are ms since the epoch. A number that is not
 * known is left out, and so is the end of a hold that has none. A segment with a local copy, in a topic with
 * a remote tier, has an object {@code local} that says when the copy goes. Stateless, thread-safe.
 */
public final class ExplanationJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ExplanationJson() {}

    /**
     * @param topic the topic's name
     * @param partitions one explanation for each partition asked for
     * @return an object in JSON, in one line
     */
    public static String write(String topic, List<RetentionExplanation> partitions) {
        ObjectNode all = JSON.createObjectNode().put("topic", topic);
        ArrayNode array = all.putArray("partitions");
        partitions.forEach(explained -> writePartition(explained, array.addObject()));
        return all.toString();
    }

    private static void writePartition(RetentionExplanation explained, ObjectNode node) {
        RetentionLimits limits = explained.rules().limits();
        node.put("partition", explained.partition().partition());
        node.put("topicId", explained.partition().topicId().toString());
        node.put("now", explained.nowMs());
        node.put("nextCheck", explained.nextCheckMs());
        node.put("checkIntervalMs", explained.rules().config().checkIntervalMs());
        node.put("futureTimestamps", word(explained.rules().config().futureTimestamps()));
        node.put("delete", limits.delete());
        putKnown(node, "retentionMs", limits.retentionMs());
        putKnown(node, "retentionBytes", limits.retentionBytes());
        node.put("segmentMs", explained.rules().segmentMs());
        if (isTiered(explained)) {
            TierLimits tier = explained.rules().tier();
            node.put("tiering", word(tier.tiering()));
            node.put("localRetentionMs", tier.localRetentionMs());
            node.put("localRetentionBytes", tier.localRetentionBytes());
            node.put("dropsLocalTo", explained.local().dropTo());
        }
        ArrayNode holds = node.putArray("holds");
        limits.holds().forEach(hold -> writeHold(hold, holds.addObject()));
        node.put("startOffset", explained.log().startOffset());
        node.put("newStartOffset", explained.plan().newStart());
        node.put("highWatermark", explained.log().highWatermark());
        ArrayNode segments = node.putArray("segments");
        for (int i = 0; i < explained.plan().fates().size(); i++) {
            writeSegment(explained, i, segments.addObject());
        }
    }

    private static boolean isTiered(RetentionExplanation explained) {
        return explained.rules().tier().tiering() != Tiering.OFF;
    }

    private static void writeHold(Hold hold, ObjectNode node) {
        node.put("name", hold.name());
        node.put("from", hold.from());
        if (hold.to() != Long.MAX_VALUE) {
            node.put("to", hold.to());
        }
    }

    private static void writeSegment(RetentionExplanation explained, int i, ObjectNode node) {
        SegmentFate fate = explained.plan().fates().get(i);
        Segment segment = fate.segment();
        node.put("baseOffset", segment.baseOffset());
        node.put("endOffset", segment.endOffset());
        node.put("bytes", segment.bytes());
        node.put("tier", word(segment.tier()));
        node.put("sealed", segment.sealed());
        putKnown(node, "firstTimestamp", explained.firstTimestamps().get(i));
        putKnown(node, "maxTimestamp", segment.maxTimestamp());
        putKnown(node, "lastAppend", segment.lastAppendMs());
        node.put("cause", word(fate.cause()));
        putKnown(node, "ageFrom", fate.ageFromMs());
        putKnown(node, "due", fate.dueMs());
        putKnown(node, "goes", fate.goesMs());
        putKnown(node, "goesLatest", explained.latestMs(i));
        putKnown(node, "moreBytes", fate.moreBytes());
        ArrayNode obstacles = node.putArray("obstacles");
        fate.obstacles().forEach(obstacle -> writeObstacle(obstacle, obstacles.addObject()));
        if (isTiered(explained) && segment.isLocal()) {
            writeLocal(explained.local().fates().get(i), node.putObject("local"));
        }
    }

    private static void writeLocal(LocalFate fate, ObjectNode node) {
        node.put("cause", word(fate.cause()));
        putKnown(node, "due", fate.dueMs());
        putKnown(node, "goes", fate.goesMs());
        putKnown(node, "moreBytes", fate.moreBytes());
        ArrayNode obstacles = node.putArray("obstacles");
        fate.obstacles().forEach(obstacle -> writeObstacle(obstacle, obstacles.addObject()));
    }

    private static void writeObstacle(Obstacle obstacle, ObjectNode node) {
        node.put("kind", word(obstacle.kind()));
        if (!obstacle.detail().isEmpty()) {
            node.put("detail", obstacle.detail());
        }
    }

    private static void putKnown(ObjectNode node, String key, long value) {
        if (value != SegmentFate.UNKNOWN) {
            node.put(key, value);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * @param json what {@link #write} made
     * @return the explanations, in the order they were written
     * @throws IllegalArgumentException if the text is not such an object, naming what is wrong
     */
    public static List<RetentionExplanation> read(String json) {
        try {
            JsonNode all = JSON.readTree(json);
            String topic = text(all, "topic");
            return list(all, "partitions", one -> readPartition(topic, one));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IllegalArgumentException("not an explanation of retention: " + e.getMessage(), e);
        }
    }

    private static RetentionExplanation readPartition(String topic, JsonNode node) {
        RetentionLimits limits = new RetentionLimits(
                flag(node, "delete"),
                number(node, "retentionMs"),
                number(node, "retentionBytes"),
                list(node, "holds", ExplanationJson::readHold));
        RetentionConfig config = new RetentionConfig(
                number(node, "checkIntervalMs"), enumOf(FutureTimestamps.class, text(node, "futureTimestamps")));
        List<SegmentFate> fates = list(node, "segments", ExplanationJson::readFate);
        TierLimits tier = node.has("tiering") ? readTier(node) : TierLimits.OFF;
        return new RetentionExplanation(
                new PartitionId(topic, UUID.fromString(text(node, "topicId")), (int) number(node, "partition")),
                number(node, "now"),
                number(node, "nextCheck"),
                new RetentionExplanation.Rules(limits, tier, config, number(node, "segmentMs")),
                new LogState(
                        fates.stream().map(SegmentFate::segment).toList(),
                        number(node, "startOffset"),
                        number(node, "highWatermark")),
                new RetentionPlan(number(node, "newStartOffset"), fates),
                tier.tiering() == Tiering.OFF
                        ? LocalPlan.NONE
                        : new LocalPlan(
                                number(node, "dropsLocalTo"), list(node, "segments", ExplanationJson::readLocal)),
                list(node, "segments", segment -> number(segment, "firstTimestamp")));
    }

    private static Hold readHold(JsonNode node) {
        return new Hold(text(node, "name"), number(node, "from"), node.has("to") ? number(node, "to") : Long.MAX_VALUE);
    }

    private static SegmentFate readFate(JsonNode node) {
        Segment segment = new Segment(
                number(node, "baseOffset"),
                number(node, "endOffset"),
                number(node, "bytes"),
                number(node, "maxTimestamp"),
                number(node, "lastAppend"),
                flag(node, "sealed"),
                enumOf(Segment.Tier.class, text(node, "tier")));
        return new SegmentFate(
                segment,
                enumOf(DeletionCause.class, text(node, "cause")),
                number(node, "ageFrom"),
                number(node, "due"),
                number(node, "goes"),
                number(node, "moreBytes"),
                list(node, "obstacles", ExplanationJson::readObstacle));
    }

    private static TierLimits readTier(JsonNode node) {
        return new TierLimits(
                enumOf(Tiering.class, text(node, "tiering")),
                number(node, "localRetentionMs"),
                number(node, "localRetentionBytes"));
    }

    private static LocalFate readLocal(JsonNode segment) {
        JsonNode node = segment.path("local");
        return node.isMissingNode()
                ? LocalFate.GONE
                : new LocalFate(
                        enumOf(DeletionCause.class, text(node, "cause")),
                        number(node, "due"),
                        number(node, "goes"),
                        number(node, "moreBytes"),
                        list(node, "obstacles", ExplanationJson::readObstacle));
    }

    private static Obstacle readObstacle(JsonNode node) {
        return new Obstacle(
                enumOf(Obstacle.Kind.class, text(node, "kind")), node.has("detail") ? text(node, "detail") : "");
    }

    private static <E extends Enum<E>> E enumOf(Class<E> type, String word) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static <T> List<T> list(JsonNode node, String key, Function<JsonNode, T> read) {
        List<T> list = new ArrayList<>();
        for (JsonNode element : required(node, key, node.path(key).isArray(), "an array")) {
            list.add(read.apply(element));
        }
        return list;
    }

    private static String text(JsonNode node, String key) {
        return required(node, key, node.path(key).isTextual(), "a string").textValue();
    }

    private static boolean flag(JsonNode node, String key) {
        return required(node, key, node.path(key).isBoolean(), "true or false").booleanValue();
    }

    /** @return {@link SegmentFate#UNKNOWN} if it was left out */
    private static long number(JsonNode node, String key) {
        return node.isObject() && !node.has(key)
                ? SegmentFate.UNKNOWN
                : required(node, key, node.path(key).canConvertToExactIntegral(), "a whole number")
                        .longValue();
    }

    private static JsonNode required(JsonNode node, String key, boolean valid, String type) {
        if (!valid) {
            throw new IllegalArgumentException("'" + key + "' must be " + type + ", is " + node.path(key));
        }
        return node.get(key);
    }
}
