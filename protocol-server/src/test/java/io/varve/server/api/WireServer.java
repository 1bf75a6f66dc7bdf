// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.log.PartitionLog;
import io.varve.server.group.GroupsFixture;
import io.varve.server.net.NetServer;
import io.varve.server.net.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** A server on a socket with real logs in memory, for batches that no client library sends. */
public final class WireServer implements AutoCloseable {
    /** The last version that names topics by name. */
    public static final short VERSION = 12;

    public final GroupsFixture broker = new GroupsFixture();
    public final NetServer server;
    public final Admin admin;
    private final int port;

    public WireServer() {
        server = ServedBroker.on(broker);
        port = ServedBroker.port(server);
        admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port));
    }

    public PartitionLog create(String name, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(configs)))
                .all()
                .get();
        return broker.broker.metadata.byName(name).partition(0);
    }

    public RawClient connect() throws IOException {
        return new RawClient(port);
    }

    /** @return number of worker threads, idle or not */
    public long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("request-worker-"))
                .count();
    }

    /** @return a request's frame with its size */
    public static byte[] produce(int id, int acks, String topic, ByteBuffer batch) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) acks).setTimeoutMs(30_000);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(topic)
                        .setPartitionData(List.of(new PartitionProduceData()
                                .setIndex(0)
                                .setRecords(MemoryRecords.readableRecords(batch)))));
        return RawClient.frame(ApiKeys.PRODUCE, VERSION, id, request);
    }

    /** Sends a batch, and waits for the response. */
    public PartitionProduceResponse send(String topic, ByteBuffer batch) throws IOException {
        try (RawClient client = connect()) {
            client.send(produce(1, -1, topic, batch));
            return answer(client);
        }
    }

    public static PartitionProduceResponse answer(RawClient client) throws IOException {
        return ((ProduceResponseData) client.receive(ApiKeys.PRODUCE, VERSION).data())
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    @Override
    public void close() {
        admin.close();
        server.close();
        broker.close();
    }
}
