// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.net.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients with a quota get what it allows, and learn that they are held back. */
@ExtendWith(SharedServer.class)
class QuotasIT {
    private static final int RATE = 200_000;
    private static final int RECORD = 10_000;
    /** What a quota allows at once is that of ten seconds. */
    private static final int AT_ONCE = 10 * RATE;

    private static final int SECONDS = 3;

    @Test
    void theToolLimitsAProducerAtOnceUntilItRemovesTheQuota(Server server) throws Exception {
        alter(server, "--entity-type clients --entity-name quota-producer --add-config producer_byte_rate=" + RATE);
        Map<String, Object> settings = Map.of("client.id", "quota-producer", "batch.size", RECORD, "linger.ms", 0);
        try (Producer<String, String> producer = JavaClientsIT.producer(server, settings)) {
            String value = "x".repeat(RECORD);
            long begun = System.nanoTime();
            long bytes = 0;
            while (System.nanoTime() - begun < Duration.ofSeconds(SECONDS).toNanos()) {
                producer.send(new ProducerRecord<>("quotas", 0, null, value)).get();
                bytes += RECORD;
            }
            // Of a quota's window Kafka's arithmetic counts up to eleven seconds.
            assertThat(bytes).isBetween((long) AT_ONCE - RECORD, AT_ONCE * 11L / 10 + RECORD);
            assertThat(metric(producer.metrics(), "produce-throttle-time-max")).isGreaterThan(50);

            alter(server, "--entity-type clients --entity-name quota-producer --delete-config producer_byte_rate");
            producer.send(new ProducerRecord<>("quotas", 0, null, value)).get();
            long freed = System.nanoTime();
            for (int i = 0; i < AT_ONCE / RECORD; i++) {
                producer.send(new ProducerRecord<>("quotas", 0, null, value));
            }
            producer.flush();
            assertThat(Duration.ofNanos(System.nanoTime() - freed)).isLessThan(Duration.ofSeconds(SECONDS));
        }
    }

    @Test
    void aConsumerGetsNothingBeyondItsQuotaAndAllInTheEnd(Server server) throws Exception {
        int chunk = 10 * RECORD;
        int records = (AT_ONCE + chunk) / RECORD;
        try (Producer<String, String> producer = JavaClientsIT.producer(server, Map.of("batch.size", RECORD))) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>("quotas-read", 0, null, "x".repeat(RECORD)));
            }
        }
        alter(server, "--entity-type clients --entity-name quota-consumer --add-config consumer_byte_rate=" + RATE);
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(
                server, Map.of("client.id", "quota-consumer", "max.partition.fetch.bytes", chunk))) {
            consumer.assign(List.of(new TopicPartition("quotas-read", 0)));
            long begun = System.nanoTime();
            for (long next = 0; next < records; ) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    assertThat(record.offset()).isEqualTo(next++);
                }
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(300));
            assertThat(metric(consumer.metrics(), "fetch-throttle-time-max")).isPositive();
        } finally {
            alter(server, "--entity-type clients --entity-name quota-consumer --delete-config consumer_byte_rate");
        }
    }

    /** Removed by a client that tries until it gets a connection. */
    @Test
    void theToolLimitsTheConnectionsOfAnAddress(Server server) throws Exception {
        alter(server, "--entity-type ips --entity-name 127.0.0.1 --add-config connection_creation_rate=2");
        int accepted = 0;
        try {
            for (int i = 0; i < 25; i++) {
                accepted += isServed(server) ? 1 : 0;
            }
        } finally {
            Await.until("a connection of the tool", () -> isRemoved(server));
        }
        assertThat(accepted).isBetween(15, 24);
        assertThat(isServed(server)).isTrue();
    }

    private static boolean isServed(Server server) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(RawClient.frame(ApiKeys.METADATA, (short) 1, 7, new MetadataRequestData()));
            return client.receiveId() == 7;
        } catch (EOFException | SocketException closed) {
            return false;
        }
    }

    private static boolean isRemoved(Server server) {
        Map<String, Object> settings = Map.of("bootstrap.servers", server.bootstrap(), "request.timeout.ms", 5_000);
        ClientQuotaEntity here = new ClientQuotaEntity(Map.of(ClientQuotaEntity.IP, "127.0.0.1"));
        try (Admin admin = Admin.create(settings)) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                            here, List.of(new ClientQuotaAlteration.Op("connection_creation_rate", null)))))
                    .all()
                    .get();
            return true;
        } catch (InterruptedException | ExecutionException refused) {
            return false;
        }
    }

    private static double metric(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.values().stream()
                .filter(metric -> metric.metricName().name().equals(name))
                .mapToDouble(metric -> (Double) metric.metricValue())
                .max()
                .orElseThrow();
    }

    private static void alter(Server server, String change) {
        try (ChildProcess tool = ChildProcess.start(
                "bash", "-c", "bin/kafka-configs.sh --bootstrap-server " + server.bootstrap() + " --alter " + change)) {
            assertThat(tool.succeed()).contains("Completed updating");
        }
    }
}
