// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import static io.varve.server.metadata.MetadataFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.log.PartitionLog;
import io.varve.server.metadata.config.ConfigChange;
import io.varve.server.metadata.log.MetadataLog;
import io.varve.server.metadata.topic.NewPartitions;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.MutationQuota;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that a start shows topics while it opens their partitions, and what may happen meanwhile. */
class PartitionOpeningTest {
    private static final long TIMEOUT_S = 120;

    private final SlowOpeningStorage.Gate gate = new SlowOpeningStorage.Gate();
    private final MetadataFixture node = new MetadataFixture(17, gate);
    private final BlockingQueue<Topic> shown = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        gate.release();
        node.close();
    }

    /** Starts again after a power cut, with a topic of three partitions of which the second is held. */
    private Topic startWithOneHeld() {
        node.start();
        create("orders", 3);
        create("other", 1);
        node.crash();
        gate.hold(id -> id.topic().equals("orders") && id.partition() == 1);
        node.start();
        node.metadata.addListener((before, after) -> {
            if (after != null) {
                shown.add(after);
            }
        });
        return awaitOrders(topic -> topic.open().size() == 2);
    }

    private void awaitNoPartitionOf(String topic) {
        Await.until(
                "no partition of " + topic,
                () -> node.engine.stored().stream().noneMatch(id -> id.topic().equals(topic)));
    }

    private void create(String name, int partitions) {
        await(node.metadata.createTopics(
                List.of(new NewTopic(name, partitions, 1, Map.of(), Map.of())), false, MutationQuota.UNBOUNDED));
    }

    /** Others are shown meanwhile, too. */
    private Topic awaitOrders(Predicate<Topic> right) {
        try {
            for (Topic topic = shown.poll(TIMEOUT_S, TimeUnit.SECONDS);
                    topic != null;
                    topic = shown.poll(TIMEOUT_S, TimeUnit.SECONDS)) {
                if (topic.name().equals("orders") && right.test(topic)) {
                    return topic;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("not shown: " + node.metadata.all());
    }

    @Test
    void showsATopicBeforeAllItsPartitionsAreOpen() {
        Topic orders = startWithOneHeld();
        assertThat(orders.count()).isEqualTo(3);
        assertThat(orders.isOpen()).isFalse();
        assertThat(orders.partition(0)).isNotNull();
        assertThat(orders.partition(1)).isNull();
        assertThat(orders.partition(2)).isNotNull();
        assertThat(Topic.missing(orders, 1)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(Topic.missing(orders, 3)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(Topic.missing(null, 0)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(node.metadata.byName("other").isOpen()).isTrue();
        gate.release();
        PartitionLog last = awaitOrders(Topic::isOpen).partition(1);
        assertThat(last.id().partition()).isEqualTo(1);
        assertThat(node.metadata.byName("orders").partition(1)).isSameAs(last);
    }

    @Test
    void deletesATopicWhosePartitionsAreOpened() {
        startWithOneHeld();
        List<TopicResult> deleted =
                await(node.metadata.deleteTopics(List.of(TopicRef.named("orders")), MutationQuota.UNBOUNDED));
        assertThat(deleted).allMatch(outcome -> outcome.error().isSuccess());
        assertThat(node.metadata.byName("orders")).isNull();
        gate.release();
        awaitNoPartitionOf("orders");
        assertThat(node.engine.stored()).hasSize(2).contains(MetadataLog.PARTITION);
        create("orders", 3);
        assertThat(node.metadata.byName("orders").isOpen()).isTrue();
    }

    @Test
    void appliesSettingsToPartitionsThatAreNotOpenYet() {
        startWithOneHeld();
        await(node.metadata.alterConfigs(
                List.of(ConfigChange.ofTopic("orders", present -> Map.of("max.message.bytes", "77"))), false));
        gate.release();
        assertThat(awaitOrders(Topic::isOpen).open())
                .hasSize(3)
                .allMatch(log -> log.config().maxMessageBytes() == 77);
    }

    @Test
    void addsPartitionsToATopicThatIsOpened() {
        startWithOneHeld();
        await(node.metadata.createPartitions(
                List.of(new NewPartitions("orders", 4, null)), false, MutationQuota.UNBOUNDED));
        assertThat(node.metadata.byName("orders").count()).isEqualTo(4);
        assertThat(node.metadata.byName("orders").partition(3)).isNotNull();
        gate.release();
        assertThat(awaitOrders(Topic::isOpen).count()).isEqualTo(4);
    }

    @Test
    void stopsWhilePartitionsAreOpened() {
        startWithOneHeld();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::stop);
        gate.release();
        await(stopped);
        node.start();
        assertThat(node.metadata.byName("orders").count()).isEqualTo(3);
    }
}
