// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loses the disk of a tiered server, also after a kill amid uploads, and starts it from the bucket. */
class RestoreIT {
    private static final String GROUP = "restored";

    @TempDir
    Path directory;

    @Test
    void everythingInTheBucketComesBackToAnEmptyDisk() throws Exception {
        try (TestBucket bucket = TestBucket.in(directory)) {
            Server server = Server.start(directory, bucket.settings());
            TieredTopic topic = TieredTopic.create(server, "orders", Map.of("max.message.bytes", "1234567"));
            topic.write(server, 3_000);
            commit(server, topic, 1_500);
            topic.awaitCopied(server, 3_000);
            long before = topic.copied(server);
            awaitMetadataCopied(server);

            Thread writer = new Thread(() -> {
                try {
                    topic.write(server, 50_000);
                } catch (Exception | AssertionError killed) {
                    // it is killed amid this
                }
            });
            writer.start();
            Await.until("more is copied", () -> topic.copied(server) > before + 1_000);
            server.crash();
            writer.interrupt();
            writer.join();
            delete(server.data());

            Server restored = server.again();
            long end = topic.offset(restored, org.apache.kafka.clients.admin.OffsetSpec.latest());
            assertThat(end).isGreaterThan(before);
            topic.assertReads(restored, 0, end);
            try (Admin admin = JavaClientsIT.admin(restored)) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "orders");
                assertThat(admin.describeConfigs(List.of(resource))
                                .all()
                                .get()
                                .get(resource)
                                .get("max.message.bytes")
                                .value())
                        .isEqualTo("1234567");
                assertThat(admin.listConsumerGroupOffsets(GROUP)
                                .partitionsToOffsetAndMetadata()
                                .get()
                                .get(topic.partition())
                                .offset())
                        .isEqualTo(1_500);
            }
            assertThat(restored.running().out()).contains("This machine is restored from the remote tier");
            restored.crash();
            Server again = restored.again();
            topic.assertReads(again, 0, end);
            again.stop();
        }
    }

    private static void commit(Server server, TieredTopic topic, long offset) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(server, Map.of("group.id", GROUP))) {
            consumer.assign(List.of(topic.partition()));
            consumer.commitSync(Map.of(topic.partition(), new OffsetAndMetadata(offset)));
        }
    }

    /** Waits until a topic that is created now is in the bucket, and so is all metadata before it. */
    private static void awaitMetadataCopied(Server server) throws Exception {
        TieredTopic later = TieredTopic.create(server, "later", Map.of());
        later.write(server, 10);
        later.awaitCopied(server, 10);
        later.write(server, 10);
        later.awaitCopied(server, 20); // sealed and uploaded a whole max delay after the first
    }

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
        assertThat(directory).doesNotExist();
    }
}
