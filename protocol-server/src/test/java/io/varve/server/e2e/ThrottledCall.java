// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.server.net.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;

/** Requests of a client that has a quota, each over a connection of its own, since those are held back. */
final class ThrottledCall {
    private static final ClientQuotaEntity CLIENT = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "raw"));
    private static final short PRODUCE = 9;
    private static final short FETCH = 12;
    private static final short CREATE = 7;

    private final Broker broker;
    private final String topic;

    /**
     * @param broker the broker
     * @param topic a topic whose partition 0 is used
     */
    ThrottledCall(Broker broker, String topic) {
        this.broker = broker;
        this.topic = topic;
    }

    /** What an answer says: for how long its client is held back, an error, and how many bytes of records. */
    record Answer(int throttleMs, short error, int bytes) {}

    /** Sets a quota of the client; null removes it. */
    static void set(Admin admin, String quota, Double value) throws Exception {
        ClientQuotaAlteration.Op change = new ClientQuotaAlteration.Op(quota, value);
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(CLIENT, List.of(change))))
                .all()
                .get();
    }

    Answer produce(int bytes) {
        PartitionProduceData partition = new PartitionProduceData()
                .setIndex(0)
                .setRecords(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[bytes])));
        TopicProduceData named = new TopicProduceData().setName(topic);
        named.partitionData().add(partition);
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        request.topicData().add(named);
        ProduceResponseData answer = (ProduceResponseData) ask(ApiKeys.PRODUCE, PRODUCE, request);
        return new Answer(
                answer.throttleTimeMs(),
                answer.responses().iterator().next().partitionResponses().get(0).errorCode(),
                0);
    }

    Answer fetch(int maxBytes) {
        FetchTopic named = new FetchTopic().setTopic(topic);
        named.partitions().add(new FetchPartition().setPartition(0).setPartitionMaxBytes(maxBytes));
        FetchRequestData request =
                new FetchRequestData().setMaxWaitMs(0).setMinBytes(1).setMaxBytes(maxBytes);
        request.topics().add(named);
        FetchResponseData answer = (FetchResponseData) ask(ApiKeys.FETCH, FETCH, request);
        int bytes = answer.responses().stream()
                .flatMap(each -> each.partitions().stream())
                .mapToInt(each -> each.records().sizeInBytes())
                .sum();
        return new Answer(answer.throttleTimeMs(), answer.errorCode(), bytes);
    }

    Answer create(String name, int partitions) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(30_000);
        request.topics()
                .add(new CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) 1));
        CreateTopicsResponseData answer = (CreateTopicsResponseData) ask(ApiKeys.CREATE_TOPICS, CREATE, request);
        return new Answer(
                answer.throttleTimeMs(), answer.topics().iterator().next().errorCode(), 0);
    }

    Answer metadata() {
        ApiMessage answer = ask(ApiKeys.METADATA, (short) 9, new MetadataRequestData());
        return new Answer(((MetadataResponseData) answer).throttleTimeMs(), (short) 0, 0);
    }

    private ApiMessage ask(ApiKeys api, short version, ApiMessage request) {
        String bootstrap = broker.bootstrap();
        int port = Integer.parseInt(bootstrap.substring(bootstrap.lastIndexOf(':') + 1));
        try (RawClient client = new RawClient(port)) {
            client.send(RawClient.frame(api, version, 1, request));
            AbstractResponse answer = client.receive(api, version);
            return answer.data();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
