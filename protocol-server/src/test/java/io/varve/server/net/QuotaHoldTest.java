// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.NotedMetrics;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.ThrottleConfig;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection whose client exceeds a quota is answered at once and then held back. */
@Timeout(180)
class QuotaHoldTest {
    private static final short LATEST_PRODUCE = ProtocolTest.PRODUCE;

    private final QuotaThrottle throttle = new QuotaThrottle(Clock.system(), ThrottleConfig.DEFAULT);
    private final AtomicLong metadataAt = new AtomicLong();
    private final AtomicInteger metadataServed = new AtomicInteger();
    private final AtomicInteger produced = new AtomicInteger();
    private final ScriptedHandler produce =
            ScriptedHandler.answering(ApiKeys.PRODUCE, request -> new ProduceResponseData());
    private final ScriptedHandler metadata = ScriptedHandler.answering(ApiKeys.METADATA, request -> {
        metadataAt.set(System.nanoTime());
        metadataServed.incrementAndGet();
        return new MetadataResponseData();
    });

    @Test
    void answersAtOnceAndServesTheNextRequestLater() throws Exception {
        enforce("producer_byte_rate", 10_000);
        try (NetServer server = Servers.start(throttle, produce, metadata);
                RawClient client = new RawClient(Servers.port(server))) {
            NotedMetrics metrics = new NotedMetrics();
            metrics.read(server.context()::read);
            client.send(ProtocolTest.concat(ProtocolTest.produce(1, (short) -1, 110_000), RawClient.metadata(2)));
            ProduceResponseData answer = (ProduceResponseData)
                    client.receive(ApiKeys.PRODUCE, LATEST_PRODUCE).data();
            long answeredAt = System.nanoTime();
            assertThat(answer.throttleTimeMs()).isBetween(1_000, 1_100);
            assertThat(client.receiveId()).isEqualTo(2);
            // The answer was on its way for a while: it left the server before the time began here.
            assertThat(metadataAt.get() - answeredAt).isGreaterThan(answer.throttleTimeMs() * 500_000L);
            assertThat(metrics.value("varve_throttled_seconds_total")).isEqualTo(answer.throttleTimeMs() / 1_000.0);
        }
    }

    @Test
    void holdsBackAClientThatWantsNoAnswer() throws Exception {
        enforce("producer_byte_rate", 10);
        try (NetServer server = Servers.start(throttle, produce(), metadata);
                RawClient client = new RawClient(Servers.port(server));
                RawClient other = new RawClient(Servers.port(server))) {
            client.send(ProtocolTest.concat(ProtocolTest.produce(1, (short) 0, 100_000), RawClient.metadata(2)));
            Await.until("the produce request", () -> produced.get() == 1);
            for (int id = 1; id <= 20; id++) {
                other.send(RawClient.metadata(id));
                assertThat(other.receiveId()).isEqualTo(id);
            }
            assertThat(metadataServed.get()).isEqualTo(20);
        }
    }

    private ScriptedHandler produce() {
        return new ScriptedHandler(ApiKeys.PRODUCE, request -> {
            produced.incrementAndGet();
            return CompletableFuture.completedFuture(null);
        });
    }

    @Test
    void noticesThatAPeerLeftWhileItIsHeldBack() throws Exception {
        enforce("producer_byte_rate", 1);
        try (NetServer server = Servers.start(throttle, produce, metadata);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(ProtocolTest.produce(1, (short) -1, 100_000));
            assertThat(client.receiveId()).isEqualTo(1);
            client.send(RawClient.metadata(2));
            client.disconnect();
            Await.until("the end", () -> server.context().connections().isEmpty());
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
            assertThat(metadataServed.get()).isZero();
        }
    }

    @Test
    void countsTheTimeOfTheServersThreads() throws Exception {
        enforce("request_percentage", 0.0001);
        try (NetServer server = Servers.start(throttle, produce, metadata);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.metadata(1));
            assertThat(client.receiveId()).isEqualTo(1);
            client.send(RawClient.metadata(2));
            assertThat(client.receiveId()).isEqualTo(2);
            long first = metadataAt.get();
            client.send(RawClient.metadata(3));
            assertThat(client.receiveId()).isEqualTo(3);
            assertThat(metadataAt.get() - first).isGreaterThan(500_000_000L);
        }
    }

    @Test
    void countsTheTimeOfARequestThatAWorkerHasParsed() throws Exception {
        enforce("request_percentage", 1);
        ScriptedHandler slow = ScriptedHandler.answering(ApiKeys.METADATA, request -> {
            work(400_000_000L);
            return new MetadataResponseData();
        });
        MetadataRequestData large = new MetadataRequestData();
        for (int i = 0; i < 200; i++) {
            large.topics().add(new MetadataRequestTopic().setName("topic" + i + "-".repeat(200)));
        }
        try (NetServer server = Servers.start(throttle, slow);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.frame(ApiKeys.METADATA, (short) 9, 2, large));
            assertThat(client.receive(ApiKeys.METADATA, (short) 9).throttleTimeMs())
                    .isEqualTo(1_000);
        }
    }

    private static void work(long nanos) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < nanos) {
            Thread.onSpinWait();
        }
    }

    /** As in Kafka; and what it took does not count for the next request either. */
    @Test
    void doesNotMeasureTheTimeOfRequestsWithoutAnswer() throws Exception {
        enforce("request_percentage", 1);
        ScriptedHandler slow = new ScriptedHandler(ApiKeys.PRODUCE, request -> {
            work(400_000_000L);
            return CompletableFuture.completedFuture(null);
        });
        byte[] described = RawClient.frame(ApiKeys.METADATA, (short) 9, 2, new MetadataRequestData());
        try (NetServer server = Servers.start(throttle, slow, metadata);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(ProtocolTest.concat(ProtocolTest.produce(1, (short) 0, 10), described));
            assertThat(client.receive(ApiKeys.METADATA, (short) 9).throttleTimeMs())
                    .isZero();
        }
    }

    private void enforce(String key, double bound) {
        throttle.enforce(Map.of(new ClientQuotaEntity(Map.of("client-id", "raw")), Map.of(key, bound)));
    }
}
