// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.offsets;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Returns the end offset of a leader epoch (KIP-101, KIP-320). Consumers detect by it that the log was
 * truncated after they had read it.
 *
 * <p>There is one replica, but with {@code log.durability=async} a power failure may truncate records that
 * consumers have read. The next start then raises the leader epoch. An epoch that has not begun yet has no
 * end: its offset is -1.
 */
public final class OffsetForLeaderEpochHandler implements ApiHandler {
    private final Topics topics;

    /** @param topics finds the logs */
    public OffsetForLeaderEpochHandler(Topics topics) {
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        OffsetForLeaderEpochRequestData data =
                (OffsetForLeaderEpochRequestData) request.body().data();
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        // Each topic once: equal keys in the response's collection would take quadratic time.
        Map<String, List<EpochEndOffset>> answers = new LinkedHashMap<>();
        for (OffsetForLeaderTopic wanted : data.topics()) {
            Topic topic = topics.byName(wanted.topic());
            List<EpochEndOffset> ends = answers.computeIfAbsent(wanted.topic(), name -> new ArrayList<>());
            for (OffsetForLeaderPartition partition : wanted.partitions()) {
                ends.add(end(topic, partition));
            }
        }
        answers.forEach((name, ends) -> response.topics()
                .add(new OffsetForLeaderTopicResult().setTopic(name).setPartitions(ends)));
        return CompletableFuture.completedFuture(response);
    }

    private static EpochEndOffset end(Topic topic, OffsetForLeaderPartition wanted) {
        EpochEndOffset end = new EpochEndOffset().setPartition(wanted.partition());
        PartitionLog log = Topic.log(topic, wanted.partition());
        if (log == null) {
            return end.setErrorCode(Topic.missing(topic, wanted.partition()).code());
        }
        int current = log.leaderEpoch();
        Errors error = KafkaErrors.ofLeaderEpoch(wanted.currentLeaderEpoch(), current);
        if (error != Errors.NONE) {
            return end.setErrorCode(error.code());
        }
        try {
            log.reader()
                    .endOfEpoch(wanted.leaderEpoch())
                    .ifPresent(found -> end.setLeaderEpoch(found.epoch()).setEndOffset(found.endOffset()));
            return end;
        } catch (RuntimeException failure) {
            return end.setErrorCode(KafkaErrors.ofRead(failure).code());
        }
    }
}
