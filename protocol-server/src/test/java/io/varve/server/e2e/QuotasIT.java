// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.net.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients with a quota get what it allows, and learn that they are held back. */
@ExtendWith(SharedServer.class)
@OnlyOnFiles(because = "who is held back is told before the storage is asked again")
class QuotasIT {
    private static final int RATE = 200_000;
    private static final int RECORD = 10_000;
    /** What a quota allows at once is that of ten seconds. */
    private static final int AT_ONCE = 10 * RATE;

    private static final int SECONDS = 3;
    private static final String THROTTLE = "produce-throttle-time-max";
    private static final List<String> QUOTAS = List.of("producer_byte_rate", "consumer_byte_rate");

    @Test
    void theToolLimitsAProducerAtOnceUntilItRemovesTheQuota(Server server) throws Exception {
        alter(server, "--entity-type clients --entity-name quota-producer --add-config producer_byte_rate=" + RATE);
        Map<String, Object> settings = Map.of("client.id", "quota-producer", "batch.size", RECORD, "linger.ms", 0);
        try (Producer<String, String> producer = JavaClientsIT.producer(server, settings)) {
            String value = "x".repeat(RECORD);
            long begun = System.nanoTime();
            long bytes = 0;
            long seconds = 0;
            // A busy machine may take longer than that to use the quota up.
            while (bytes < 2 * AT_ONCE
                    && (seconds < SECONDS || !(QuotaProbe.metric(producer.metrics(), THROTTLE) > 50))) {
                producer.send(new ProducerRecord<>("quotas", 0, null, value)).get();
                bytes += RECORD;
                seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
            }
            // Of a quota's window Kafka's arithmetic counts up to eleven seconds.
            assertThat(bytes).isBetween((long) AT_ONCE - RECORD, RATE * Math.max(11, seconds + 2) + RECORD);
            assertThat(QuotaProbe.metric(producer.metrics(), THROTTLE)).isGreaterThan(50);

            alter(server, "--entity-type clients --entity-name quota-producer --delete-config producer_byte_rate");
            producer.send(new ProducerRecord<>("quotas", 0, null, value)).get();
            long freed = System.nanoTime();
            for (int i = 0; i < 5 * AT_ONCE / RECORD; i++) {
                producer.send(new ProducerRecord<>("quotas", 0, null, value));
            }
            producer.flush();
            // With the quota it takes fifty seconds.
            assertThat(Duration.ofNanos(System.nanoTime() - freed)).isLessThan(Duration.ofSeconds(40));
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
            assertThat(QuotaProbe.metric(consumer.metrics(), "fetch-throttle-time-max"))
                    .isPositive();
        } finally {
            alter(server, "--entity-type clients --entity-name quota-consumer --delete-config consumer_byte_rate");
        }
    }

    /** Of that little time any client takes too much, and is held back for one sample's time at most. */
    @Test
    void whoTakesTheServersTimeIsHeldBack(Broker broker) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker);
                Producer<String, String> producer =
                        JavaClientsIT.producer(broker, Map.of("client.id", "quota-time", "linger.ms", 0))) {
            producer.send(new ProducerRecord<>("quotas-time", "free")).get();
            assertThat(QuotaProbe.metric(producer.metrics(), THROTTLE)).isZero();
            QuotaProbe.set(admin, "request_percentage", 0.001, "client-id", "quota-time");
            try {
                Await.until("a throttle time", () -> {
                    producer.send(new ProducerRecord<>("quotas-time", "x"));
                    producer.flush();
                    return QuotaProbe.metric(producer.metrics(), THROTTLE) > 0;
                });
            } finally {
                QuotaProbe.set(admin, "request_percentage", null, "client-id", "quota-time");
            }
            assertThat(QuotaProbe.metric(producer.metrics(), THROTTLE)).isLessThanOrEqualTo(1_000);
        }
    }

    @Test
    void theMeasuringToolIsToldThatItIsHeldBack(Broker broker) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            QuotaProbe.set(admin, "producer_byte_rate", (double) QuotaProbe.RATE, "client-id", "quota-tool");
            int records = 11 * QuotaProbe.RATE / QuotaProbe.RECORD;
            try (ChildProcess tool = ChildProcess.start(
                    "bash",
                    "-c",
                    "bin/kafka-producer-perf-test.sh --topic quotas-tool --throughput -1 --print-metrics --num-records "
                            + records + " --record-size " + QuotaProbe.RECORD + " --bootstrap-server "
                            + broker.bootstrap() + " --command-property client.id=quota-tool")) {
                String printed = tool.succeed();
                assertThat(printed).contains(records + " records sent");
                assertThat(printed.lines().filter(line -> line.contains(THROTTLE + ":{client-id=quota-tool}")))
                        .singleElement()
                        .satisfies(line -> assertThat(Double.parseDouble(line.substring(line.lastIndexOf(':') + 1)))
                                .isPositive());
            } finally {
                QuotaProbe.set(admin, "producer_byte_rate", null, "client-id", "quota-tool");
            }
        }
    }

    @Test
    void kafkaPython2(Broker broker) throws Exception {
        python(broker, RequiredClients.systemPython("kafka"), "quota-python-2");
    }

    @Test
    void kafkaPython3(Broker broker) throws Exception {
        python(broker, RequiredClients.clientsPython("kafka"), "quota-python-3");
    }

    private static void python(Broker broker, String python, String clientId) throws Exception {
        String filled = clientId + "-filled";
        assertThat(QuotaProbe.produced(Map.of("bootstrap.servers", broker.bootstrap()), filled))
                .isEqualTo(QuotaProbe.UNLIMITED);
        try (Admin admin = JavaClientsIT.admin(broker)) {
            for (String quota : QUOTAS) {
                QuotaProbe.set(admin, quota, (double) QuotaProbe.RATE, "client-id", clientId);
            }
            try {
                python(python, List.of(broker.bootstrap(), clientId, filled, Integer.toString(QuotaProbe.RATE)));
            } finally {
                for (String quota : QUOTAS) {
                    QuotaProbe.set(admin, quota, null, "client-id", clientId);
                }
            }
        }
    }

    /** Lets kafka-python use up quotas. */
    static void python(String python, List<String> arguments) {
        List<String> command =
                new ArrayList<>(List.of(python, "protocol-server/src/test/python/kafka_python_quota.py"));
        command.addAll(arguments);
        try (ChildProcess client = ChildProcess.start(command.toArray(String[]::new))) {
            assertThat(client.succeed()).contains("passed: kafka-python");
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

    /** By an address, and by a name that is looked up. */
    @Test
    void theToolLimitsHowManyConnectionsAnAddressHas(Server server) throws Exception {
        String key = "max.connections.per.ip.overrides";
        String all = "--entity-type brokers --entity-default ";
        for (String peer : List.of("127.0.0.1", "localhost")) {
            alter(server, all + "--add-config " + key + "=" + peer + ":0");
            Await.until("no connection from " + peer, () -> !isServedNow(server));
            try (RawClient other = new RawClient(server.port(), InetAddress.getByName("127.0.0.5"))) {
                assertThat(other.send(metadata()).receiveId()).isEqualTo(7);
                other.send(RawClient.frame(ApiKeys.INCREMENTAL_ALTER_CONFIGS, (short) 0, 8, removal(key)));
                assertThat(other.receiveId()).isEqualTo(8);
            }
            Await.until("a connection from " + peer, () -> isServedNow(server));
        }
    }

    private static IncrementalAlterConfigsRequestData removal(String key) {
        AlterableConfig removed = new AlterableConfig()
                .setName(key)
                .setConfigOperation(AlterConfigOp.OpType.DELETE.id())
                .setValue(null);
        AlterConfigsResource all = new AlterConfigsResource()
                .setResourceType(ConfigResource.Type.BROKER.id())
                .setResourceName("")
                .setConfigs(new AlterableConfigCollection(List.of(removed).iterator()));
        return new IncrementalAlterConfigsRequestData()
                .setResources(new AlterConfigsResourceCollection(List.of(all).iterator()));
    }

    private static byte[] metadata() {
        return RawClient.frame(ApiKeys.METADATA, (short) 1, 7, new MetadataRequestData());
    }

    private static boolean isServedNow(Server server) {
        try {
            return isServed(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isServed(Server server) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(metadata());
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

    private static void alter(Server server, String change) {
        try (ChildProcess tool = ChildProcess.start(
                "bash", "-c", "bin/kafka-configs.sh --bootstrap-server " + server.bootstrap() + " --alter " + change)) {
            assertThat(tool.succeed()).contains("Completed updating");
        }
    }
}
