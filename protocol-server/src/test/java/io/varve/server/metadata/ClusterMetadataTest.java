// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import static io.varve.server.metadata.MetadataFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.server.metadata.config.ConfigChange;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.log.MetadataLog;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.MutationQuota;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests the first start of a cluster's metadata, topics, producer ids and listeners, on a real engine over
 * memory.
 */
class ClusterMetadataTest {
    private final MetadataFixture node = new MetadataFixture(7);

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void makesAClusterIdAtTheFirstStartAndKeepsIt() {
        String id = node.start().clusterId();
        assertThat(id).hasSize(22).doesNotStartWith("-");
        assertThat(Uuid.fromString(id).toString()).isEqualTo(id);
        assertThat(node.restart().clusterId()).isEqualTo(id);
        assertThat(node.metadata.writer().state().features())
                .containsEntry("group.version", (short) 1)
                .containsKey("metadata.version");
    }

    @Test
    void writesNothingAtALaterStart() {
        node.start();
        long end = node.engine.partition(MetadataLog.PARTITION).orElseThrow().logEndOffset();
        node.restart();
        assertThat(node.engine.partition(MetadataLog.PARTITION).orElseThrow().logEndOffset())
                .isEqualTo(end);
    }

    @Test
    void refusesTheDataOfAnotherNodeNamingBoth() {
        node.start(MetadataConfig.defaults(1));
        assertThatThrownBy(() -> node.restart(MetadataConfig.defaults(2)))
                .isInstanceOf(MetadataException.class)
                .hasMessageContaining("node.id is 2")
                .hasMessageContaining("node.id 1")
                .hasMessageNotContaining("\n");
    }

    @Test
    void bringsTopicsBackAfterARestart() {
        Topic made = await(node.start().createIfAbsent("orders"));
        assertThat(made.open()).hasSize(1);
        await(node.metadata.createTopics(
                List.of(new NewTopic("wide", 5, 1, Map.of(), Map.of("retention.ms", "1000"))),
                false,
                MutationQuota.UNBOUNDED));
        node.restart();
        assertThat(node.metadata.byName("orders").id()).isEqualTo(made.id());
        Topic wide = node.metadata.byName("wide");
        assertThat(wide.open()).hasSize(5);
        assertThat(wide.configs()).containsExactly(Map.entry("retention.ms", "1000"));
        assertThat(node.metadata.byId(wide.id())).isSameAs(wide);
        assertThat(node.metadata.all()).hasSize(2);
    }

    @Test
    void answersAllRequestsForAMissingTopicWithTheSameTopic() {
        node.start();
        List<CompletableFuture<Topic>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(node.metadata.createIfAbsent("popular"));
        }
        Set<Uuid> ids = new HashSet<>();
        asked.forEach(future -> ids.add(await(future).id()));
        assertThat(ids).hasSize(1);
    }

    @Test
    void refusesIllegalAndReservedNames() {
        node.start();
        for (String name : List.of("", "a b", "..", "__consumer_offsets", "__cluster_metadata")) {
            assertThatThrownBy(() -> await(node.metadata.createIfAbsent(name)))
                    .as(name)
                    .isInstanceOf(InvalidTopicException.class);
        }
        Topic internal = await(
                node.metadata.createInternalIfAbsent("__consumer_offsets", 4, Map.of("cleanup.policy", "compact")));
        assertThat(internal.internal()).isTrue();
        assertThat(internal.open()).hasSize(4).allMatch(log -> log.config().compacted());
        assertThat(await(node.metadata.createIfAbsent("__consumer_offsets"))).isSameAs(internal);
    }

    @Test
    void listsTheStorageOnceHoweverManyTopicsARequestCreates() {
        node.start();
        AtomicInteger lists = new AtomicInteger();
        try (MetadataFixture counted = new MetadataFixture(5, storage -> new ForwardingStorage(storage) {
            @Override
            public Set<PartitionId> partitions() {
                lists.incrementAndGet();
                return super.partitions();
            }
        })) {
            counted.start();
            lists.set(0);
            List<NewTopic> topics = IntStream.range(0, 50)
                    .mapToObj(i -> NewTopic.withDefaults("topic-" + i))
                    .toList();
            assertThat(await(counted.metadata.createTopics(topics, false, MutationQuota.UNBOUNDED)))
                    .allMatch(outcome -> outcome.error().isSuccess());
            assertThat(lists).hasValue(1);
        }
    }

    /** As Kafka does, which looks for collisions with existing topics only. */
    @Test
    void createsTopicsOfOneRequestWhoseNamesCollide() {
        node.start();
        List<NewTopic> both = List.of(NewTopic.withDefaults("t.1"), NewTopic.withDefaults("t_1"));
        assertThat(await(node.metadata.createTopics(both, false, MutationQuota.UNBOUNDED)))
                .allMatch(outcome -> !outcome.error().isFailure());
        assertThat(node.metadata.byName("t.1")).isNotNull();
        assertThat(node.metadata.byName("t_1")).isNotNull();
    }

    @Test
    void createsEachTopicOfARequestOrSaysWhyNot() {
        node.start();
        await(node.metadata.createIfAbsent("here"));
        await(node.metadata.createIfAbsent("a.b"));
        List<TopicResult> outcomes = await(node.metadata.createTopics(
                List.of(
                        NewTopic.withDefaults("fresh"),
                        NewTopic.withDefaults("here"),
                        NewTopic.withDefaults("a_b"),
                        new NewTopic("twice", 1, 2, Map.of(), Map.of()),
                        new NewTopic("none", 0, 1, Map.of(), Map.of()),
                        new NewTopic("odd", 1, 1, Map.of(), Map.of("retention.msx", "1"))),
                false,
                MutationQuota.UNBOUNDED));
        assertThat(outcomes)
                .extracting(outcome -> outcome.error().error())
                .containsExactly(
                        Errors.NONE,
                        Errors.TOPIC_ALREADY_EXISTS,
                        Errors.INVALID_TOPIC_EXCEPTION,
                        Errors.INVALID_REPLICATION_FACTOR,
                        Errors.INVALID_PARTITIONS,
                        Errors.INVALID_CONFIG);
        assertThat(outcomes.get(2).error().message()).contains("a_b").contains("a.b");
        assertThat(outcomes.get(5).error().message()).contains("retention.msx");
        assertThat(node.metadata.byName("fresh").id()).isEqualTo(outcomes.get(0).id());
    }

    @Test
    void givesNoProducerIdTwiceAlsoAfterACrash() {
        Set<Long> seen = new HashSet<>();
        node.start();
        for (int i = 0; i < 2500; i++) {
            long id = await(node.metadata.producerIds().next());
            assertThat(id).isGreaterThanOrEqualTo(0); // -1 tells clients that they have none
            assertThat(seen.add(id)).isTrue();
        }
        node.crash();
        node.start();
        List<CompletableFuture<Long>> asked = new ArrayList<>();
        for (int i = 0; i < 2500; i++) {
            asked.add(node.metadata.producerIds().next());
        }
        asked.forEach(future -> assertThat(seen.add(await(future))).isTrue());
    }

    @Test
    void reportsExistingTopicsToListenersAndThenEveryChange() {
        node.start();
        Topic first = await(node.metadata.createIfAbsent("first"));
        List<String> reported = new ArrayList<>();
        node.metadata.addListener((before, after) ->
                reported.add((before == null ? "-" : before.name()) + ">" + (after == null ? "-" : after.name())));
        await(node.metadata.createIfAbsent("second"));
        assertThat(reported).containsExactly("->first", "->second");
        assertThat(node.metadata.byName("first")).isSameAs(first);
    }

    /** A start waits for the listeners of settings: one that fails must not keep it from serving. */
    @Test
    void aListenerThatFailsForASettingHearsOfTheOthers() {
        node.start();
        for (String name : List.of("a", "b")) {
            await(node.metadata.alterConfigs(
                    List.of(new ConfigChange(
                            new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name),
                            present -> Map.of("interval.ms", "100"),
                            10)),
                    false));
        }
        List<String> called = new ArrayList<>();
        await(node.metadata.addConfigListener((resource, configs) -> {
            called.add(resource.name());
            throw new IllegalStateException("a setting that is no use");
        }));
        assertThat(called).contains("a", "b");
    }
}
