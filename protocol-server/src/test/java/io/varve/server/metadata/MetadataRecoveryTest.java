// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import static io.varve.server.metadata.MetadataFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.varve.core.log.Origin;
import io.varve.core.log.PartitionConfig;
import io.varve.core.log.PartitionLog;
import io.varve.core.spi.PartitionId;
import io.varve.server.metadata.FaultyStorage.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MetadataRecoveryTest {
    private static final BiPredicate<Operation, PartitionId> NEVER = (operation, id) -> false;

    private volatile BiPredicate<Operation, PartitionId> fails = NEVER;
    private final MetadataFixture node =
            new MetadataFixture(11, storage -> new FaultyStorage(storage, (op, id) -> fails.test(op, id)));

    @AfterEach
    void close() {
        fails = NEVER;
        node.close();
    }

    @Test
    void createsAfterACrashThePartitionsOfATopicWhoseEventsAreDurable() {
        node.start();
        fails = (operation, id) -> operation == Operation.OPEN;
        TopicOutcome outcome = await(
                        node.metadata.createTopics(List.of(new NewTopic("orders", 3, 1, Map.of(), Map.of())), false))
                .get(0);
        assertThat(outcome.error().error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(node.metadata.byName("orders")).isNull();
        node.crash();
        fails = NEVER;
        node.start();
        assertThat(node.metadata.byName("orders").partitions()).hasSize(3);
        assertThat(node.metadata.byName("orders").id()).isEqualTo(outcome.id());
    }

    @Test
    void servesATopicThatCouldNotBeOpenedOnceItCan() throws InterruptedException {
        node.start();
        CompletableFuture<Topic> served = new CompletableFuture<>();
        node.metadata.watch((before, after) -> served.complete(after));
        fails = (operation, id) -> operation == Operation.OPEN && id.partition() == 1;
        await(node.metadata.createTopics(List.of(new NewTopic("late", 2, 1, Map.of(), Map.of())), false));
        assertThat(node.metadata.byName("late")).isNull();
        assertThatThrownBy(() -> await(node.metadata.createIfAbsent("late"))).isInstanceOf(KafkaStorageException.class);
        fails = NEVER;
        assertThat(await(served).partitions()).hasSize(2);
        assertThat(node.metadata.byName("late")).isNotNull();
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
        await(node.metadata.deleteTopics(List.of(TopicRef.named("gone"))));
        assertThat(node.metadata.byName("gone")).isNull();
        node.crash();
        fails = NEVER;
        assertThat(node.storage.partitions()).contains(topic.partition(0).id());
        node.start();
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
    }

    @Test
    void deletesATopicWithItsDataAndGivesItsNameToAnother() {
        node.start();
        Topic first = await(node.metadata.createIfAbsent("name"));
        append(first.partition(0));
        TopicOutcome outcome = await(node.metadata.deleteTopics(List.of(TopicRef.named("name"))))
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

    @Test
    void createsAndDeletesInOneRoundOfTheWriter() {
        node.start();
        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < 50; i++) {
            node.metadata.createIfAbsent("flicker");
            last = node.metadata.deleteTopics(List.of(TopicRef.named("flicker")));
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
    void tellsOfPartitionsThatAreGone() {
        node.start();
        await(node.metadata.createTopics(List.of(new NewTopic("orders", 7, 1, Map.of(), Map.of())), false));
        Topic orders = node.metadata.byName("orders");
        append(orders.partition(0));
        assertThat(saidAtARestartWithout(List.of(orders.partition(2).id())))
                .singleElement()
                .asString()
                .startsWith("orders-2 is not in log.dirs and will be empty");
        assertThat(saidAtARestartWithout(
                        orders.partitions().stream().map(PartitionLog::id).toList()))
                .singleElement()
                .asString()
                .contains(" and 2 more partitions are not in log.dirs");
        assertThat(node.metadata.byName("orders").partition(0).logEndOffset()).isZero();
        assertThat(saidAtARestartWithout(List.of())).isEmpty();
    }

    private List<String> saidAtARestartWithout(List<PartitionId> lost) {
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger logger = (Logger) LoggerFactory.getLogger(MetadataLog.class);
        node.stop();
        lost.forEach(node.storage::delete);
        logger.addAppender(said);
        try {
            node.start();
        } finally {
            logger.detachAppender(said);
        }
        return said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void keepsAPartitionTheMetadataNeverKnew() {
        node.start();
        PartitionId stranger = new PartitionId("stranger", new UUID(1, 2), 0);
        node.engine.open(stranger, 0, PartitionConfig.DEFAULT);
        node.restart();
        assertThat(node.engine.stored()).contains(stranger);
        assertThat(node.metadata.all()).isEmpty();
    }

    @Test
    void addsPartitionsAndKeepsThemAcrossACrash() {
        node.start();
        Topic before = await(node.metadata.createIfAbsent("wide"));
        append(before.partition(0));
        List<TopicOutcome> outcomes =
                await(node.metadata.createPartitions(List.of(new MorePartitions("wide", 4, null)), false));
        assertThat(outcomes.get(0).error().isSuccess()).isTrue();
        Topic after = node.metadata.byName("wide");
        assertThat(after.partitions()).hasSize(4);
        assertThat(after.partition(0)).isSameAs(before.partition(0));
        node.crash();
        node.start();
        assertThat(node.metadata.byName("wide").partitions()).hasSize(4);
    }

    @Test
    void deletesAlsoPartitionsThatWereAddedButNeverServed() {
        node.start();
        await(node.metadata.createIfAbsent("half"));
        fails = (operation, id) -> operation == Operation.OPEN && id.partition() == 2;
        assertThat(await(node.metadata.createPartitions(List.of(new MorePartitions("half", 3, null)), false)))
                .allMatch(outcome -> outcome.error().error() == Errors.KAFKA_STORAGE_ERROR);
        assertThat(node.metadata.byName("half").partitions()).hasSize(1);
        await(node.metadata.deleteTopics(List.of(TopicRef.named("half"))));
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
    }

    @Test
    void appliesAChangedSettingToEveryPartitionAndKeepsIt() {
        node.start();
        await(node.metadata.createTopics(List.of(new NewTopic("big", 2, 1, Map.of(), Map.of())), false));
        PartitionLog log = node.metadata.byName("big").partition(1);
        await(node.metadata.alterConfigs(
                List.of(new ConfigChange("big", present -> Map.of("max.message.bytes", "77"))), false));
        assertThat(log.config().maxMessageBytes()).isEqualTo(77);
        node.crash();
        node.start();
        assertThat(node.metadata.byName("big").partition(1).config().maxMessageBytes())
                .isEqualTo(77);
        await(node.metadata.alterConfigs(List.of(new ConfigChange("big", present -> Map.of())), false));
        assertThat(node.metadata.byName("big").partition(1).config().maxMessageBytes())
                .isEqualTo(1_048_588);
    }

    @Test
    void makesAThousandTopicsAndForgetsThem() {
        node.start();
        List<NewTopic> topics = new ArrayList<>();
        List<TopicRef> refs = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            topics.add(NewTopic.withDefaults("topic-" + i));
            refs.add(TopicRef.named("topic-" + i));
        }
        assertThat(await(node.metadata.createTopics(topics, false)))
                .allMatch(outcome -> outcome.error().isSuccess());
        node.restart();
        assertThat(node.metadata.all()).hasSize(1000);
        await(node.metadata.deleteTopics(refs));
        node.restart();
        assertThat(node.metadata.all()).isEmpty();
        assertThat(node.engine.stored()).containsExactly(MetadataLog.PARTITION);
    }

    private static void append(PartitionLog log) {
        ByteBuffer batch = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("value".getBytes()))
                .buffer();
        long next = log.append(batch, Origin.BROKER).nextOffset();
        CompletableFuture<Void> durable = new CompletableFuture<>();
        log.awaitHighWatermark(next, failure -> durable.complete(null));
        durable.orTimeout(60, TimeUnit.SECONDS).join();
    }
}
