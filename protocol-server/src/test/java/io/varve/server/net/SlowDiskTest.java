// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.LogFixture;
import io.varve.server.cluster.Endpoint;
import io.varve.server.metadata.topic.Topic;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While a disk does not answer, only those wait who read from it, also on the same event loop. */
@Timeout(180)
class SlowDiskTest {
    private final LogFixture logs = new LogFixture();
    private final Topic topic = logs.create("t", 1);
    private final CountDownLatch device = new CountDownLatch(1);
    private final ScriptedHandler fetch = new ScriptedHandler(
            ApiKeys.FETCH, request -> logs.handler(ApiKeys.FETCH).handle(request));

    @Test
    void othersOnTheSameEventLoopAreServedWhileADiskDoesNotAnswer() throws Exception {
        logs.fill(topic.partition(0), "a");
        logs.store(topic, 0).slowBelow(1, device);
        NetConfig oneLoop = new NetConfig(
                List.of(new Endpoint("PLAINTEXT", "127.0.0.1", 0)),
                1,
                NetConfig.Sockets.DEFAULT,
                NetConfig.Connections.DEFAULT,
                NetConfig.Requests.DEFAULT);
        try (NetServer server = Servers.start(oneLoop, NettyTransport.best(), fetch, Servers.metadata(1));
                RawClient slow = new RawClient(Servers.port(server));
                RawClient other = new RawClient(Servers.port(server))) {
            slow.send(fetch(7));
            for (int id = 1; id <= 3; id++) {
                other.send(RawClient.metadata(id));
                assertThat(other.receiveId()).isEqualTo(id);
            }
            assertThat(logs.openSlices).as("the read waits").hasValue(0);
            device.countDown();
            assertThat(slow.receiveId()).isEqualTo(7);
        } finally {
            device.countDown();
        }
    }

    private static byte[] fetch(int id) {
        FetchPartition partition = new FetchPartition().setPartition(0).setPartitionMaxBytes(1 << 20);
        FetchRequestData body = new FetchRequestData()
                .setMaxWaitMs(30_000)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setTopics(List.of(new FetchTopic().setTopic("t").setPartitions(List.of(partition))));
        return RawClient.frame(ApiKeys.FETCH, (short) 12, id, body);
    }
}
