// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.DefaultHostResolver;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * Fetches batches as brokers store them, by a client's own requests: a consumer hands out records only, and
 * does not tell how they were batched and compressed. Not thread-safe.
 */
final class LeaderFetch implements AutoCloseable {
    private static final int PARTITION_BYTES = 4 << 20;
    private static final int WAIT_MS = 500;
    private static final int CONNECT_MS = 5000;
    /** The last one that names topics by their names, which every broker since Kafka 2.7 has. */
    private static final short VERSION = 12;

    private static final int ONE_REQUEST = 1;

    private final Time time = Time.SYSTEM;
    private final Metrics metrics = new Metrics();
    private final ConsumerConfig config;
    private final NetworkClient client;

    /** @param settings of a client, as for a consumer */
    LeaderFetch(Properties settings) {
        Properties all = new Properties();
        all.putAll(settings);
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config = new ConsumerConfig(all);
        client = ClientUtils.createNetworkClient(
                config,
                "varve-experiment",
                metrics,
                "record",
                new LogContext(),
                new ApiVersions(),
                time,
                ONE_REQUEST,
                config.getInt(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG),
                null,
                new ManualMetadataUpdater(),
                new DefaultHostResolver(),
                null,
                null);
    }

    /**
     * Fetches from one broker. Waits half a second for records, if there are none.
     *
     * @param leader leads all of the partitions
     * @param offsets of a topic's partitions, where to read on
     * @return what it answered for each partition, errors too; empty if it cannot be reached now
     * @throws org.apache.kafka.common.KafkaException if it refuses this client
     */
    List<PartitionData> fetch(Node leader, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, FetchRequest.PartitionData> wanted = new LinkedHashMap<>();
        offsets.forEach((partition, offset) -> wanted.put(
                partition,
                new FetchRequest.PartitionData(
                        Uuid.ZERO_UUID,
                        offset,
                        FetchRequest.INVALID_LOG_START_OFFSET,
                        PARTITION_BYTES,
                        Optional.empty())));
        FetchRequest.Builder request = FetchRequest.Builder.forConsumer(VERSION, WAIT_MS, 1, wanted);
        try {
            if (!NetworkClientUtils.awaitReady(client, leader, time, CONNECT_MS)) {
                return List.of();
            }
            ClientResponse response = NetworkClientUtils.sendAndReceive(
                    client, client.newClientRequest(leader.idString(), request, time.milliseconds(), true), time);
            FetchResponse answer = (FetchResponse) response.responseBody();
            if (answer.error() != Errors.NONE) {
                throw answer.error().exception();
            }
            return answer.data().responses().stream()
                    .map(FetchableTopicResponse::partitions)
                    .flatMap(List::stream)
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public void close() {
        client.close();
        metrics.close();
    }
}
