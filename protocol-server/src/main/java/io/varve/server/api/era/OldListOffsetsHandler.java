// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.Segment;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Serves version 0 of ListOffsets, which knows no offset of a timestamp: it lists the offsets at which the
 * segments begin whose last append was not after the timestamp, the newest first, and the end of the log,
 * which is as new as the request. Clients ask for one of them, the first or the last.
 */
final class OldListOffsetsHandler extends OldVersions {
    private static final int CONSUMER = -1;
    private static final short VERSION = 0;

    private final Topics topics;
    private final Access access;
    private final Clock clock;

    /**
     * @param today serves the versions of today
     * @param topics finds the logs
     * @param access decides what clients may ask about
     * @param clock says how new the end of a log is
     */
    OldListOffsetsHandler(ApiHandler today, Topics topics, Access access, Clock clock) {
        super(today);
        this.topics = topics;
        this.access = access;
        this.clock = clock;
    }

    @Override
    CompletionStage<? extends ApiMessage> handleOld(Request request, OldRequest old) {
        boolean consumer = old.old().getInt("replica_id") == CONSUMER;
        Struct response = new Struct(OldLayouts.response(ApiKeys.LIST_OFFSETS, VERSION));
        List<Struct> answers = new ArrayList<>();
        for (Object each : old.old().getArray("topics")) {
            Struct wanted = (Struct) each;
            String name = wanted.getString("name");
            boolean allowed = access.allows(new Caller(request), AclOperation.DESCRIBE, ResourceType.TOPIC, name);
            Topic topic = topics.byName(name);
            Struct answer = response.instance("topics").set("name", name);
            List<Struct> partitions = new ArrayList<>();
            for (Object partition : wanted.getArray("partitions")) {
                Struct found = answer.instance("partitions");
                partitions.add(
                        allowed ? find(topic, (Struct) partition, consumer, found) : refuse((Struct) partition, found));
            }
            answers.add(answer.set("partitions", partitions.toArray()));
        }
        return CompletableFuture.completedFuture(
                new OldResponse(ApiKeys.LIST_OFFSETS, response.set("topics", answers.toArray())));
    }

    private static Struct refuse(Struct wanted, Struct answer) {
        answer.set("partition_index", wanted.getInt("partition_index"));
        return fill(answer, Errors.TOPIC_AUTHORIZATION_FAILED, List.of());
    }

    private Struct find(Topic topic, Struct wanted, boolean consumer, Struct answer) {
        int partition = wanted.getInt("partition_index");
        answer.set("partition_index", partition);
        PartitionLog log = Topic.log(topic, partition);
        if (wanted.getLong("timestamp") < ListOffsetsRequest.EARLIEST_TIMESTAMP) {
            return fill(answer, Errors.UNSUPPORTED_VERSION, List.of());
        }
        if (log == null) {
            return fill(answer, Topic.missing(topic, partition), List.of());
        }
        try {
            return fill(
                    answer,
                    Errors.NONE,
                    offsets(log, wanted.getLong("timestamp"), wanted.getInt("max_num_offsets"), consumer));
        } catch (RuntimeException failure) {
            return fill(answer, KafkaErrors.ofRead(failure), List.of());
        }
    }

    private static Struct fill(Struct answer, Errors error, List<Long> offsets) {
        return answer.set("error_code", error.code()).set("old_style_offsets", offsets.toArray());
    }

    /** @return false also if it is not known when the segment grew, nor of when its records are */
    static boolean isInTime(Segment segment, long timestamp) {
        long last = segment.lastAppendMs() >= 0 ? segment.lastAppendMs() : segment.maxTimestamp();
        return last >= 0 && last <= timestamp;
    }

    /** @return offsets in descending order */
    private List<Long> offsets(PartitionLog log, long timestamp, int max, boolean consumer) {
        long end = consumer ? log.highWatermark() : log.logEndOffset();
        long start = log.logStartOffset();
        List<Long> found = new ArrayList<>();
        if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP || timestamp >= clock.millis()) {
            found.add(end);
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP) {
            found.add(start);
        } else {
            List<Segment> segments = log.segments();
            for (int i = segments.size() - 1; i >= 0; i--) {
                Segment segment = segments.get(i);
                long base = Math.max(segment.baseOffset(), start);
                boolean inTime = !found.isEmpty() || isInTime(segment, timestamp);
                if (inTime && base < end) {
                    found.add(base);
                }
            }
        }
        return found.subList(0, Math.min(Math.max(0, max), found.size()));
    }
}
