// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.AuthorizedOperations;
import io.varve.server.api.Request;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.Caller;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.resource.ResourceType;

/** Describes topics and their partitions page by page, in the order of topic names (KIP-966). */
public final class DescribeTopicPartitionsHandler implements ApiHandler {
    private final Topics topics;
    private final int nodeId;
    private final int pageLimit;
    private final Access access;

    /**
     * @param topics finds topics and their logs
     * @param config this broker's id, and the max number of partitions on a page
     * @param access decides which topics are described to whom
     */
    public DescribeTopicPartitionsHandler(Topics topics, MetadataConfig config, Access access) {
        this.access = access;
        this.topics = topics;
        this.nodeId = config.nodeId();
        this.pageLimit = config.topics().limits().describedAtOnce();
    }

    @Override
    public CompletionStage<DescribeTopicPartitionsResponseData> handle(Request request) {
        DescribeTopicPartitionsRequestData asked = ((DescribeTopicPartitionsRequest) request.body()).data();
        var cursor = asked.cursor();
        NavigableSet<String> names = names(asked);
        if (cursor != null) {
            if (cursor.partitionIndex() < 0) {
                throw new InvalidRequestException(
                        "DescribeTopicPartitionsRequest cursor partition must be valid: " + cursor);
            }
            if (!asked.topics().isEmpty() && !names.contains(cursor.topicName())) {
                throw new InvalidRequestException(
                        "DescribeTopicPartitionsRequest topic list should contain the cursor topic: "
                                + cursor.topicName());
            }
            names = names.tailSet(cursor.topicName(), true);
        }
        Caller caller = new Caller(request);
        List<String> hidden =
                access.isOpen() ? List.of() : hide(names, caller, asked.topics().isEmpty());
        DescribeTopicPartitionsResponseData response = page(names, cursor, asked);
        for (DescribeTopicPartitionsResponseTopic topic : response.topics()) {
            topic.setTopicAuthorizedOperations(
                    access.operations(caller, ResourceType.TOPIC, topic.name(), topic.topicAuthorizedOperations()));
        }
        if (!asked.topics().isEmpty()) {
            hidden.forEach(name -> response.topics()
                    .add(new DescribeTopicPartitionsResponseTopic()
                            .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                            .setName(name)));
        }
        return CompletableFuture.completedFuture(response);
    }

    /** Takes the topics out that the client may not see, whether they exist or not. */
    private List<String> hide(NavigableSet<String> names, Caller caller, boolean all) {
        List<String> hidden = names.stream()
                .filter(name -> all
                        ? !access.shows(caller, AclOperation.DESCRIBE, ResourceType.TOPIC, name)
                        : !access.allows(caller, AclOperation.DESCRIBE, ResourceType.TOPIC, name))
                .toList();
        hidden.forEach(names::remove);
        return hidden;
    }

    private DescribeTopicPartitionsResponseData page(
            NavigableSet<String> names,
            DescribeTopicPartitionsRequestData.Cursor cursor,
            DescribeTopicPartitionsRequestData asked) {
        DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        int remaining = Math.max(1, Math.min(pageLimit, asked.responsePartitionLimit()));
        for (String name : names) {
            if (remaining == 0) {
                return response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(0));
            }
            Topic topic = topics.byName(name);
            if (topic == null) {
                // The request names no topics: this one was deleted meanwhile, and is omitted.
                if (!asked.topics().isEmpty()) {
                    response.topics().add(missing(name));
                }
                continue;
            }
            int size = topic.count();
            boolean resumed = cursor != null && name.equals(cursor.topicName());
            int from = resumed ? Math.min(cursor.partitionIndex(), size) : 0;
            int to = Math.min(size, from + remaining);
            response.topics().add(describe(topic, from, to));
            remaining -= to - from;
            if (to < size) {
                return response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(to));
            }
        }
        return response;
    }

    private NavigableSet<String> names(DescribeTopicPartitionsRequestData asked) {
        NavigableSet<String> names = new TreeSet<>();
        if (asked.topics().isEmpty()) {
            topics.all().forEach(topic -> names.add(topic.name()));
        } else {
            asked.topics().forEach(topic -> names.add(topic.name()));
        }
        return names;
    }

    private DescribeTopicPartitionsResponseTopic describe(Topic topic, int from, int to) {
        List<Integer> self = List.of(nodeId);
        DescribeTopicPartitionsResponseTopic described = new DescribeTopicPartitionsResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setIsInternal(topic.internal())
                .setTopicAuthorizedOperations(AuthorizedOperations.ON_TOPIC);
        for (int number = from; number < to; number++) {
            PartitionLog log = topic.partition(number);
            described
                    .partitions()
                    .add(new DescribeTopicPartitionsResponsePartition()
                            .setErrorCode((log == null ? Errors.LEADER_NOT_AVAILABLE : Errors.NONE).code())
                            .setPartitionIndex(number)
                            .setLeaderId(log == null ? MetadataResponse.NO_LEADER_ID : nodeId)
                            .setLeaderEpoch(log == null ? RecordBatch.NO_PARTITION_LEADER_EPOCH : log.leaderEpoch())
                            .setReplicaNodes(self)
                            .setIsrNodes(self)
                            .setEligibleLeaderReplicas(List.of())
                            .setLastKnownElr(List.of()));
        }
        return described;
    }

    private static DescribeTopicPartitionsResponseTopic missing(String name) {
        boolean legal = org.apache.kafka.common.internals.Topic.isValid(name);
        Errors error = legal ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
        return new DescribeTopicPartitionsResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setIsInternal(org.apache.kafka.common.internals.Topic.isInternal(name))
                .setTopicAuthorizedOperations(AuthorizedOperations.ON_TOPIC);
    }
}
