// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Lets a Java client push its metrics (KIP-714), and shows them. */
@ExtendWith(SharedServer.class)
@OnlyOnFiles(because = "what clients push is kept in memory, and no storage is asked")
class TelemetryIT {
    private static final ConfigResource SUBSCRIPTION =
            new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "of-this-test");

    @Test
    void aClientPushesWhatASubscriptionAsksFor(Server server) throws Exception {
        try (Admin admin = JavaClientsIT.admin(server)) {
            alter(admin, AlterConfigOp.OpType.SET);
            try (Producer<String, String> producer =
                    JavaClientsIT.producer(server, Map.of("client.id", "pushes", "enable.metrics.push", "true"))) {
                producer.partitionsFor("telemetry");
                Await.until(
                        "the producer's metrics",
                        () -> shown(server, "").contains("org.apache.kafka.producer.connection"));
                assertThat(shown(server, ""))
                        .contains("pushes (apache-kafka-java ")
                        .contains(" at 127.0.0.1, ");
                assertThat(shown(server, "--metric none.such")).doesNotContain("org.apache.kafka.producer");
            } finally {
                alter(admin, AlterConfigOp.OpType.DELETE);
            }
            assertThat(admin.listConfigResources().all().get()).doesNotContain(SUBSCRIPTION);
        }
    }

    /** So a subscription reaches clients that were there before it, when they ask again. */
    @Test
    void aClientAsksBeforeThereIsASubscription(Server server) {
        try (Producer<String, String> producer =
                JavaClientsIT.producer(server, Map.of("client.id", "asks", "enable.metrics.push", "true"))) {
            assertThat(producer.clientInstanceId(Duration.ofSeconds(60))).isNotNull();
        }
    }

    private static void alter(Admin admin, AlterConfigOp.OpType operation) throws Exception {
        List<AlterConfigOp> operations = Map.of(
                        "metrics", "org.apache.kafka.producer.",
                        "interval.ms", "100",
                        "match", "client_id=pushes,client_software_name=apache-kafka-java")
                .entrySet()
                .stream()
                .map(each -> new AlterConfigOp(new ConfigEntry(each.getKey(), each.getValue()), operation))
                .toList();
        admin.incrementalAlterConfigs(Map.of(SUBSCRIPTION, operations)).all().get();
    }

    private static String shown(Server server, String options) {
        try (ChildProcess command = ChildProcess.start(
                "bash", "-c", "bin/varve-telemetry.sh --bootstrap-server " + server.bootstrap() + " " + options)) {
            return command.succeed();
        }
    }
}
