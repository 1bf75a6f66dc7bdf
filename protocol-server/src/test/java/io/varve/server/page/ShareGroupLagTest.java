// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lag of a share group, on the page and in the metrics. */
class ShareGroupLagTest {
    private static final int RECORDS = 5;

    @Test
    void whatMembersAreDoneWithInTheMiddleDoesNotCount(@TempDir Path home) throws Exception {
        try (PageServer page = PageServer.start(home, Map.of())) {
            page.server().createTopic("jobs", 1, Map.of()).join();
            beginWithTheFirst(page, "workers");
            try (KafkaProducer<byte[], byte[]> producer = page.producer(Map.of("linger.ms", "60000"))) {
                for (int i = 0; i < RECORDS; i++) {
                    producer.send(new ProducerRecord<>("jobs", new byte[1])); // one batch
                }
            }
            try (KafkaShareConsumer<byte[], byte[]> member = new KafkaShareConsumer<>(
                    page.client(Map.of("group.id", "workers", "share.acknowledgement.mode", "explicit")),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer())) {
                member.subscribe(List.of("jobs"));
                acknowledge(member);
            }

            JsonNode shown = page.get("/api/group?group=workers");
            assertThat(shown.path("lag").asInt()).isEqualTo(3);
            assertThat(shown.path("partitions").path(0).path("offset").asInt()).isZero();
            assertThat(page.response("/metrics").body())
                    .contains("varve_group_lag_records{group=\"workers\",topic=\"jobs\"} 3.0");
        }
    }

    /** Accepts the second and the fourth of five, so that the first is still to be done. */
    private static void acknowledge(KafkaShareConsumer<byte[], byte[]> member) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (records.size() < RECORDS) {
            for (ConsumerRecord<byte[], byte[]> record : member.poll(Duration.ofMillis(200))) {
                records.add(record);
                boolean done = record.offset() == 1 || record.offset() == 3;
                member.acknowledge(record, done ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
            }
        }
        assertThat(member.commitSync())
                .allSatisfy((partition, failure) -> assertThat(failure).isEmpty());
    }

    private static void beginWithTheFirst(PageServer page, String group) throws Exception {
        try (Admin admin = Admin.create(page.client(Map.of()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, group),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }
}
