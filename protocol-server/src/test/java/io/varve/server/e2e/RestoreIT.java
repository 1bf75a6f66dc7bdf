// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts a tiered server whose disk is lost, also one that was killed amid uploads; and copies topics. */
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
            long end = topic.offset(restored, OffsetSpec.latest());
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

    @Test
    void aTopicIsCopiedAsOfAnOffsetOrATimeWithoutItsObjects() throws Exception {
        try (TestBucket bucket = TestBucket.in(directory)) {
            Server server = Server.start(directory, bucket.settings());
            TieredTopic source = TieredTopic.create(server, "source", Map.of());
            source.write(server, 4_000);
            source.awaitCopied(server, 4_000);
            TieredTopic byOffset =
                    TieredTopic.create(server, "offset", Map.of("varve.restore.from", "source@offset:2500"));
            TieredTopic byTime = TieredTopic.create(server, "time", Map.of("varve.restore.from", "source@time:1500"));
            // A copy ends at the border of a batch: at most one batch of 16 KiB before the point.
            long offsetEnd = byOffset.offset(server, OffsetSpec.latest());
            long timeEnd = byTime.offset(server, OffsetSpec.latest());
            assertThat(offsetEnd).isBetween(2_480L, 2_500L);
            assertThat(timeEnd).isBetween(1_480L, 1_500L);
            byOffset.assertReads(server, 0, offsetEnd);
            byOffset.continueAt(offsetEnd);
            byOffset.write(server, 500);
            byOffset.assertReads(server, 0, offsetEnd + 500);

            Map<String, String> ofNone = Map.of("varve.restore.from", "none@offset:5");
            assertThatThrownBy(() -> TieredTopic.create(server, "wrong", ofNone))
                    .hasRootCauseInstanceOf(InvalidConfigurationException.class);
            try (Admin admin = JavaClientsIT.admin(server)) {
                admin.deleteTopics(List.of("source")).all().get();
            }
            byTime.assertReads(server, 0, timeEnd);
            server.crash();
            Server again = server.again();
            byOffset.assertReads(again, 0, offsetEnd + 500);
            byTime.assertReads(again, 0, timeEnd);
            again.stop();
        }
    }

    private static void commit(Server server, TieredTopic topic, long offset) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(server, Map.of("group.id", GROUP))) {
            consumer.assign(List.of(topic.partition()));
            consumer.commitSync(Map.of(topic.partition(), new OffsetAndMetadata(offset)));
        }
    }

    /** Waits until a topic that is created now is in the bucket, and the metadata before it too. */
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
