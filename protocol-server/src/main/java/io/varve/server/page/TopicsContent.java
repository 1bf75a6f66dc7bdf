// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRefusal;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** A topic that the caller may see, with its partitions and settings. */
final class TopicsContent {
    private static final int NOT_FOUND = 404;

    private TopicsContent() {}

    /** {@code /api/topic?topic=NAME}. */
    static void one(HttpCall call, OwnRequests server, ObjectNode answer) {
        MetadataResponseTopic topic =
                described(server, JsonRoute.required(call, "topic")).get(0);
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, Long> starts = OffsetQuery.starts(server, partitions);
        Map<TopicPartition, Long> ends = OffsetQuery.ends(server, partitions);
        Map<TopicPartition, Long> sizes = sizes(server);
        answer.put("name", topic.name()).put("id", topic.topicId().toString()).put("internal", topic.isInternal());
        ArrayNode array = answer.putArray("partitions");
        for (MetadataResponsePartition partition : topic.partitions()) {
            TopicPartition name = new TopicPartition(topic.name(), partition.partitionIndex());
            ObjectNode node = array.addObject()
                    .put("partition", partition.partitionIndex())
                    .put("leaderEpoch", partition.leaderEpoch())
                    .put("open", ends.containsKey(name));
            put(node, "start", starts.get(name));
            put(node, "end", ends.get(name));
            put(node, "bytes", sizes.get(name));
        }
        // Asked first, because a refusal would be logged, again and again while the page is open.
        if (allows(topic.topicAuthorizedOperations(), AclOperation.DESCRIBE_CONFIGS)) {
            SettingsContent.write(server, ConfigResource.Type.TOPIC, topic.name(), answer.putArray("settings"));
        }
    }

    private static void put(ObjectNode node, String key, Long value) {
        if (value != null) {
            node.put(key, value);
        }
    }

    /**
     * Asks for topics, in the order of their names.
     *
     * @param server asks in the caller's name
     * @param name a topic's name, or null for all topics
     * @return the topics, at least one if a name is given
     * @throws HttpRefusal if there is no such topic, for this caller
     */
    static List<MetadataResponseTopic> described(OwnRequests server, String name) {
        MetadataRequestData request = new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setIncludeTopicAuthorizedOperations(name != null);
        request.setTopics(name == null ? null : List.of(new MetadataRequestTopic().setName(name)));
        MetadataResponseData response = server.ask(ApiKeys.METADATA, request, MetadataResponseData.class);
        List<MetadataResponseTopic> topics = response.topics().stream()
                .sorted(Comparator.comparing(MetadataResponseTopic::name))
                .toList();
        if (name != null) {
            if (topics.isEmpty()) {
                throw new HttpRefusal(NOT_FOUND, Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
            }
            JsonRoute.check(topics.get(0).errorCode());
        }
        return topics;
    }

    /** @return the partitions of a topic, in their order */
    static List<TopicPartition> partitions(MetadataResponseTopic topic) {
        return topic.partitions().stream()
                .map(MetadataResponsePartition::partitionIndex)
                .sorted()
                .map(number -> new TopicPartition(topic.name(), number))
                .toList();
    }

    /** @return bytes on this machine of each partition; none if the caller may not know */
    static Map<TopicPartition, Long> sizes(OwnRequests server) {
        Map<TopicPartition, Long> sizes = new HashMap<>();
        directories(server, null)
                .results()
                .forEach(directory -> directory
                        .topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(each -> sizes.put(
                                        new TopicPartition(topic.name(), each.partitionIndex()),
                                        each.partitionSize()))));
        return sizes;
    }

    /** @return the data directories and their space; none if the caller may not know */
    static DescribeLogDirsResponseData directories(OwnRequests server) {
        return directories(server, new DescribableLogDirTopicCollection());
    }

    /** @param topics those whose partitions are described too; null for all */
    private static DescribeLogDirsResponseData directories(
            OwnRequests server, DescribableLogDirTopicCollection topics) {
        // Asked first, because a refusal would be logged, again and again while the page is open.
        if (!mayDescribeCluster(server)) {
            return new DescribeLogDirsResponseData();
        }
        return server.ask(
                ApiKeys.DESCRIBE_LOG_DIRS,
                new DescribeLogDirsRequestData().setTopics(topics),
                DescribeLogDirsResponseData.class);
    }

    private static boolean mayDescribeCluster(OwnRequests server) {
        int operations = server.ask(
                        ApiKeys.DESCRIBE_CLUSTER,
                        new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true),
                        DescribeClusterResponseData.class)
                .clusterAuthorizedOperations();
        return allows(operations, AclOperation.DESCRIBE);
    }

    private static boolean allows(int operations, AclOperation operation) {
        return (operations & 1 << operation.code()) != 0;
    }
}
