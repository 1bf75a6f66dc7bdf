// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import static io.varve.server.metadata.MetadataFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.spi.PartitionId;
import io.varve.server.metadata.FaultyStorage.Operation;
import io.varve.server.metadata.config.ConfigChange;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.log.MetadataLog;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.NewPartitions;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.MutationQuota;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that creations, deletions and changes of topics are whole or not at all, whatever fails or crashes
 * in between.
 */
class MetadataRecoveryTest {
    private static final BiPredicate<Operation, PartitionId> NEVER = (operation, id) -> false;

    private volatile BiPredicate<Operation, PartitionId> fails = NEVER;
    private boolean restoring;

    private final MetadataFixture node =
            new MetadataFixture(11, storage -> new FaultyStorage(storage, (op, id) -> fails.test(op, id), restoring));

    @AfterEach
    void close() {
        fails = NEVER;
        node.close();
    }

    @Test
    void deletesTheCreatedPartitionsOfATopicWhenOneCannotBeCreated() {
        node.start();
        Set<PartitionId> before = node.engine.stored();
        fails = (operation, id) -> operation == Operation.OPEN && id.partition() == 2;
        List<NewTopic> wanted = List.of(new NewTopic("orders", 3, 1, Map.of(), Map.of()));
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(() -> await(node.metadata.createTopics(wanted, false, MutationQuota.UNBOUNDED)))
                    .isInstanceOf(KafkaStorageException.class)
                    .hasMessageContaining("orders-2");
            assertThatThrownBy(() -> await(node.metadata.createInternalIfAbsent("orders", 3, Map.of())))
                    .isInstanceOf(KafkaStorageException.class);
            assertThat(node.metadata.all()).isEmpty();
            assertThat(node.engine.stored()).isEqualTo(before);
        }
        node.crash();
        node.start();
        assertThat(node.metadata.all()).isEmpty();
        assertThat(node.engine.stored()).isEqualTo(before);
        fails = NEVER;
        assertThat(await(node.metadata.createTopics(wanted, false, MutationQuota.UNBOUNDED)))
                .allMatch(outcome -> outcome.error().isSuccess());
        assertThat(node.metadata.byName("orders").open()).hasSize(3);
    }

    @Test
    void deletesTheAddedPartitionsWhenOneCannotBeCreated() {
        node.start();
        Topic topic = await(node.metadata.createIfAbsent("half"));
        Set<PartitionId> before = node.engine.stored();
        fails = (operation, id) -> operation == Operation.OPEN && id.partition() == 2;
        assertThatThrownBy(() -> await(node.metadata.createPartitions(
                        List.of(new NewPartitions("half", 3, null)), false, MutationQuota.UNBOUNDED)))
                .isInstanceOf(KafkaStorageException.class);
        assertThat(node.metadata.byName("half")).isSameAs(topic);
        assertThat(node.engine.stored()).isEqualTo(before);
        fails = NEVER;
        await(node.metadata.createPartitions(
                List.of(new NewPartitions("half", 2, null)), false, MutationQuota.UNBOUNDED));
        assertThat(node.metadata.byName("half").open()).hasSize(2);
    }

    @Test
    void retriesTheDeletionOfPartitionsWhoseCreationFailed() {
        node.start();
        Set<PartitionId> before = node.engine.stored();
        fails = (operation, id) -> operation == Operation.DELETE || operation == Operation.OPEN && id.partition() == 1;
        List<NewTopic> wanted = List.of(new NewTopic("orders", 2, 1, Map.of(), Map.of()));
        assertThatThrownBy(() -> await(node.metadata.createTopics(wanted, false, MutationQuota.UNBOUNDED)))
                .isInstanceOf(KafkaStorageException.class);
        assertThat(node.metadata.all()).isEmpty();
        assertThat(node.engine.stored()).hasSizeGreaterThan(before.size());
        fails = NEVER;
        await(node.metadata.createTopics(wanted, false, MutationQuota.UNBOUNDED));
        assertThat(node.metadata.byName("orders").open()).hasSize(2);
        assertThat(node.engine.stored()).hasSize(before.size() + 2);
    }

    @Test
    void deletesAtAStartThePartitionsOfACreationThatACrashCutShort() {
        node.start();
        PartitionId made = new PartitionId("orders", new UUID(1, 2), 0);
        node.engine.open(made, 0, PartitionConfig.DEFAULT);
        node.crash();
        assertThat(node.storage.partitions()).contains(made);
        node.start();
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
    }

    @Test
    void forgetsATopicWhoseEventsWereNotDurable() {
        node.start();
        fails = (operation, id) -> operation == Operation.SYNC;
        assertThatThrownBy(() -> await(node.metadata.createIfAbsent("lost"))).isInstanceOf(KafkaStorageException.class);
        assertThat(node.metadata.byName("lost")).isNull();
        assertThatThrownBy(() -> await(node.metadata.createIfAbsent("later")))
                .isInstanceOf(KafkaStorageException.class);
        node.crash();
        fails = NEVER;
        node.start();
        assertThat(node.metadata.all()).isEmpty();
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
        await(node.metadata.createIfAbsent("later"));
    }

    @Test
    void finishesADeletionThatACrashCutShort() {
        node.start();
        Topic topic = await(node.metadata.createIfAbsent("gone"));
        fails = (operation, id) -> operation == Operation.DELETE;
        await(node.metadata.deleteTopics(List.of(TopicRef.named("gone")), MutationQuota.UNBOUNDED));
        assertThat(node.metadata.byName("gone")).isNull();
        node.crash();
        fails = NEVER;
        assertThat(node.storage.partitions()).contains(topic.partition(0).id());
        node.start();
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
    }

    @Test
    void deletesATopicWithItsRecordsAndGivesItsNameToAnother() {
        node.start();
        Topic first = await(node.metadata.createIfAbsent("name"));
        append(first.partition(0));
        TopicResult outcome = await(
                        node.metadata.deleteTopics(List.of(TopicRef.named("name")), MutationQuota.UNBOUNDED))
                .get(0);
        assertThat(outcome.error().isSuccess()).isTrue();
        assertThat(outcome.id()).isEqualTo(first.id());
        Topic second = await(node.metadata.createIfAbsent("name"));
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.partition(0).logEndOffset()).isZero();
        node.restart();
        assertThat(node.metadata.byName("name").id()).isEqualTo(second.id());
        assertThat(node.engine.stored()).hasSize(2);
    }

    /** As one that is fetched from a remote tier, which can take hours. */
    @Test
    void aDeletionDoesNotWaitForAPartitionThatIsBeingOpened() {
        node.start();
        PartitionId slow =
                await(node.metadata.createIfAbsent("slow")).partition(0).id();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> goesOn = new CompletableFuture<>();
        fails = (operation, id) -> {
            if (operation == Operation.OPEN && id.equals(slow)) {
                begun.complete(null);
                goesOn.join();
            }
            return false;
        };
        try {
            node.restart();
            await(begun);
            TopicResult outcome = await(
                            node.metadata.deleteTopics(List.of(TopicRef.named("slow")), MutationQuota.UNBOUNDED))
                    .get(0);
            assertThat(outcome.error().isSuccess()).isTrue();
            assertThat(node.metadata.byName("slow")).isNull();
            assertThatThrownBy(() -> await(node.metadata.createIfAbsent("slow")))
                    .isInstanceOf(KafkaStorageException.class)
                    .hasMessageContaining("try again");
            await(node.metadata.createIfAbsent("other"));
        } finally {
            goesOn.complete(null);
        }
        Topic next = null;
        while (next == null) {
            try {
                next = await(node.metadata.createIfAbsent("slow"));
            } catch (KafkaStorageException e) {
                assertThat(e).hasMessageContaining("try again");
            }
        }
        assertThat(next.partition(0).id()).isNotEqualTo(slow);
        assertThat(node.engine.stored()).doesNotContain(slow);
    }

    @Test
    void createsAndDeletesInOneRoundOfTheWriter() {
        node.start();
        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < 50; i++) {
            node.metadata.createIfAbsent("flicker");
            last = node.metadata.deleteTopics(List.of(TopicRef.named("flicker")), MutationQuota.UNBOUNDED);
        }
        await(last);
        assertThat(node.metadata.all()).isEmpty();
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
    }

    @Test
    void refusesToStartOnPartitionsWithoutMetadata() {
        node.startEngine();
        node.engine.open(new PartitionId("orphan", new UUID(1, 2), 0), 0, PartitionConfig.DEFAULT);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> node.restart())
                    .isInstanceOf(MetadataException.class)
                    .hasMessageContaining("1 partitions")
                    .hasMessageContaining("orphan")
                    .hasMessageContaining("__cluster_metadata");
        }
        assertThat(node.engine.stored()).extracting(PartitionId::topic).containsExactly("orphan");
    }

    @Test
    void refusesToStartWithoutPartitionsThatTopicsHave() {
        node.start();
        await(node.metadata.createTopics(
                List.of(new NewTopic("orders", 7, 1, Map.of(), Map.of())), false, MutationQuota.UNBOUNDED));
        List<PartitionLog> orders = node.metadata.byName("orders").open();
        append(orders.get(0));
        node.stop();
        PartitionId missing = orders.get(2).id();
        node.storage.delete(missing);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(node::start)
                    .isInstanceOf(MetadataException.class)
                    .hasMessageStartingWith("orders-2 is not in log.dirs any more")
                    .hasMessageContaining("--override log.loss.accepted=orders-2,");
            assertThat(node.engine.stored()).doesNotContain(missing).hasSize(7);
            node.stop();
        }
        assertThatThrownBy(() -> node.start(accepting("orders-3,other-*"))).isInstanceOf(MetadataException.class);
        node.stop();
        node.start(accepting("orders-2"));
        assertThat(node.metadata.byName("orders").partition(2).logEndOffset()).isZero();
        assertThat(node.metadata.byName("orders").partition(0).logEndOffset()).isEqualTo(1);
        node.stop();
        orders.forEach(log -> node.storage.delete(log.id()));
        assertThatThrownBy(node::start)
                .isInstanceOf(MetadataException.class)
                .hasMessageContaining("orders-4 and 2 more partitions are not in log.dirs")
                .hasMessageContaining("log.loss.accepted=*");
        node.stop();
        node.start(accepting("orders-*"));
        assertThat(node.metadata.byName("orders").partition(0).logEndOffset()).isZero();
    }

    @Test
    void makesWhatARestoredStorageLacksAnewBecauseNobodyCanBringItBack() {
        restoring = true;
        node.start();
        await(node.metadata.createIfAbsent("orders"));
        PartitionId lost = node.metadata.byName("orders").partition(0).id();
        node.stop();
        node.storage.delete(lost);
        node.start();
        assertThat(node.metadata.byName("orders").partition(0).logEndOffset()).isZero();
    }

    @Test
    void aRestoreMakesWhatTheTierHasNotBeforeItBringsBackAnythingElse() {
        List<PartitionId> opened = new CopyOnWriteArrayList<>();
        node.start();
        await(node.metadata.createTopics(
                List.of(new NewTopic("kept", 4, 1, Map.of(), Map.of())), false, MutationQuota.UNBOUNDED));
        await(node.metadata.createTopics(
                List.of(new NewTopic("empty", 2, 1, Map.of(), Map.of())), false, MutationQuota.UNBOUNDED));
        List<PartitionId> lost = node.metadata.byName("empty").open().stream()
                .map(PartitionLog::id)
                .toList();
        node.stop();
        lost.forEach(node.storage::delete);
        restoring = true;
        fails = (operation, id) -> {
            if (operation == Operation.OPEN) {
                opened.add(id);
            }
            return false;
        };
        node.start();
        assertThat(opened.subList(0, 3)).startsWith(MetadataLog.PARTITION).containsAll(lost);
        assertThat(opened).hasSize(7);
        assertThat(node.metadata.byName("empty").isOpen()).isTrue();
    }

    private static MetadataConfig accepting(String words) {
        return MetadataConfig.defaults(1).withLosses(AcceptedLosses.parse(words));
    }

    @Test
    void setsAsideAnUnownedPartition() {
        node.start();
        PartitionId unowned = new PartitionId("unowned", new UUID(1, 2), 0);
        append(node.engine.open(unowned, 0, PartitionConfig.DEFAULT));
        node.restart();
        assertThat(node.engine.stored()).doesNotContain(unowned);
        assertThat(node.metadata.all()).isEmpty();
        assertThat(await(node.metadata.createIfAbsent("unowned")).partition(0).logEndOffset())
                .isZero();
    }

    @Test
    void addsPartitionsAndKeepsThemAcrossACrash() {
        node.start();
        Topic before = await(node.metadata.createIfAbsent("wide"));
        append(before.partition(0));
        List<TopicResult> outcomes = await(node.metadata.createPartitions(
                List.of(new NewPartitions("wide", 4, null)), false, MutationQuota.UNBOUNDED));
        assertThat(outcomes.get(0).error().isSuccess()).isTrue();
        Topic after = node.metadata.byName("wide");
        assertThat(after.open()).hasSize(4);
        assertThat(after.partition(0)).isSameAs(before.partition(0));
        node.crash();
        node.start();
        assertThat(node.metadata.byName("wide").open()).hasSize(4);
    }

    @Test
    void appliesAChangedSettingToEveryPartitionAndKeepsIt() {
        node.start();
        await(node.metadata.createTopics(
                List.of(new NewTopic("big", 2, 1, Map.of(), Map.of())), false, MutationQuota.UNBOUNDED));
        PartitionLog log = node.metadata.byName("big").partition(1);
        await(node.metadata.alterConfigs(
                List.of(ConfigChange.ofTopic("big", present -> Map.of("max.message.bytes", "77"))), false));
        assertThat(log.config().maxMessageBytes()).isEqualTo(77);
        node.crash();
        node.start();
        assertThat(node.metadata.byName("big").partition(1).config().maxMessageBytes())
                .isEqualTo(77);
        await(node.metadata.alterConfigs(List.of(ConfigChange.ofTopic("big", present -> Map.of())), false));
        assertThat(node.metadata.byName("big").partition(1).config().maxMessageBytes())
                .isEqualTo(1_048_588);
    }

    @Test
    void createsAThousandTopicsAndDeletesThem() {
        node.start();
        List<NewTopic> topics = new ArrayList<>();
        List<TopicRef> refs = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            topics.add(NewTopic.withDefaults("topic-" + i));
            refs.add(TopicRef.named("topic-" + i));
        }
        assertThat(await(node.metadata.createTopics(topics, false, MutationQuota.UNBOUNDED)))
                .allMatch(outcome -> outcome.error().isSuccess());
        node.restart();
        assertThat(node.metadata.all()).hasSize(1000);
        await(node.metadata.deleteTopics(refs, MutationQuota.UNBOUNDED));
        node.restart();
        assertThat(node.metadata.all()).isEmpty();
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
    }

    private static void append(PartitionLog log) {
        ByteBuffer batch = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("value".getBytes()))
                .buffer();
        long next = log.appender().append(batch, AppendOrigin.BROKER).nextOffset();
        CompletableFuture<Void> durable = new CompletableFuture<>();
        log.awaitHighWatermark(next, failure -> durable.complete(null));
        durable.orTimeout(60, TimeUnit.SECONDS).join();
    }
}
