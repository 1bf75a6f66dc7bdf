// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Storage;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.TopicTraffic;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.api.table.ApiTable;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.clock.FixedToMachine;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.CoordinatorTime;
import io.varve.server.coordinator.TransactionVerifier.Admission;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.NewPartitions;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.MutationQuota;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.ThrottleConfig;
import io.varve.server.security.access.Access;
import io.varve.server.share.Shares;
import io.varve.server.share.state.ShareStateConfig;
import io.varve.server.share.state.ShareStateContext;
import io.varve.server.share.state.ShareStates;
import io.varve.server.telemetry.ClientTelemetry;
import io.varve.server.txn.TransactionContext;
import io.varve.server.txn.TransactionCoordinatorService;
import io.varve.server.txn.Transactions;
import io.varve.server.txn.TransactionsConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotKey;

/**
 * A broker's groups and transactions on real metadata and a real engine over memory, which can be stopped,
 * crashed and started again.
 */
public final class GroupsFixture implements AutoCloseable {
    public static final ClusterInfo SELF = new ClusterInfo("cluster", 1, "broker.test", 9092, null);

    private static final Map<String, String> QUICK = Map.of(
            "group.initial.rebalance.delay.ms", "0",
            "group.streams.initial.rebalance.delay.ms", "0",
            "group.streams.assignment.interval.ms", "0",
            "group.consumer.assignment.interval.ms", "0",
            "group.consumer.min.heartbeat.interval.ms", "50",
            "group.consumer.heartbeat.interval.ms", "50",
            "offsets.topic.num.partitions", "4",
            "transaction.state.log.num.partitions", "4",
            "share.coordinator.state.topic.num.partitions", "4");

    private final Scheduler scheduler = new SystemScheduler(1);
    private final Map<String, String> properties = new HashMap<>(QUICK);
    public final MetadataFixture broker;
    public final FailPoints failPoints = new FailPoints();
    public AcceptedLosses losses = AcceptedLosses.NONE;
    public Groups groups;
    public Transactions transactions;
    public ShareStates shareStates;
    public Shares shares;

    public GroupsFixture() {
        this(UnaryOperator.identity(), Map.of());
    }

    /**
     * @param wrap stands between the engine and the storage
     * @param overrides settings that differ from the quick ones
     */
    public GroupsFixture(UnaryOperator<Storage> wrap, Map<String, String> overrides) {
        broker = new MetadataFixture(7, wrap);
        properties.putAll(overrides);
        broker.start();
        open();
    }

    private void open() {
        shareStates = ShareStates.open(
                ShareStateConfig.parse(properties),
                new ShareStateContext(
                        SELF, broker.metadata, losses, CoordinatorTime.ofMachine(Clock.system(), scheduler)),
                broker.metadata);
        groups = Groups.open(
                GroupsConfig.parse(properties),
                new GroupContext(
                        SELF,
                        broker.metadata,
                        this::admit,
                        broker.metadata::addConfigListener,
                        losses,
                        CoordinatorTime.ofMachine(Clock.system(), scheduler),
                        shareStates.persister(),
                        Optional.empty()),
                broker.metadata);
        shares = new Shares(broker.metadata, shareStates, groups.shareGroups().settings(), Clock.system(), scheduler);
        transactions = TransactionCoordinatorService.open(
                TransactionsConfig.parse(properties),
                new TransactionContext(
                        broker.metadata,
                        groups.transactionalOffsets(),
                        broker.metadata.producerIds(),
                        losses,
                        CoordinatorTime.ofMachine(Clock.system(), scheduler),
                        failPoints),
                broker.metadata);
    }

    private CompletableFuture<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short epoch,
            List<TopicPartition> partitions,
            Admission admission) {
        return transactions.admit(transactionalId, producerId, epoch, partitions, admission);
    }

    private void stop() {
        transactions.close();
        shares.close();
        groups.close();
        shareStates.close();
    }

    public void restart() {
        stop();
        broker.restart();
        open();
    }

    /**
     * Stops the groups before a topic is deleted, then starts all again: as when a stop comes between the
     * two.
     */
    public void restartDeleting(String topic) {
        stop();
        deleteTopic(topic);
        broker.restart();
        open();
    }

    /** Cuts the power and starts again. */
    public void crash() {
        broker.crash();
        stop();
        broker.start();
        open();
    }

    public Topic topic(String name, int partitions) {
        return MetadataFixture.await(broker.metadata.createInternalIfAbsent(name, partitions, Map.of()));
    }

    /** @return true if a share group has a state of a partition of the topic, by the events in the log */
    public boolean hasShareState(Uuid topic) {
        Map<Object, Object> last = new HashMap<>();
        for (PartitionLog log : broker.metadata.byName("__share_group_state").logs()) {
            long start = log.logStartOffset();
            try (BatchSlice slice = log.reader()
                    .read(start, Integer.MAX_VALUE, Isolation.READ_UNCOMMITTED)
                    .slice()) {
                for (Record record :
                        MemoryRecords.readableRecords(slice.buffer()).records()) {
                    CoordinatorRecord event =
                            new ShareCoordinatorRecordSerde().deserialize(record.key(), record.value());
                    if (event.key() instanceof ShareSnapshotKey key
                            && key.topicId().equals(topic)) {
                        last.put(key, event.value());
                    }
                }
            }
        }
        return last.values().stream().anyMatch(Objects::nonNull);
    }

    public void deleteTopic(String name) {
        MetadataFixture.await(broker.metadata.deleteTopics(List.of(TopicRef.named(name)), MutationQuota.UNBOUNDED))
                .forEach(GroupsFixture::requireDone);
    }

    public void addPartitions(String name, int total) {
        MetadataFixture.await(broker.metadata.createPartitions(
                        List.of(new NewPartitions(name, total, null)), false, MutationQuota.UNBOUNDED))
                .forEach(GroupsFixture::requireDone);
    }

    private static void requireDone(TopicResult outcome) {
        if (outcome.error().isFailure()) {
            throw new AssertionError(outcome.error());
        }
    }

    /** What clients use of their quotas; nobody has any at first. */
    public final QuotaThrottle throttle = new QuotaThrottle(Clock.system(), ThrottleConfig.DEFAULT);

    /** @return what handlers of this broker are made of */
    public HandlerContext handlerContext(ClusterInfo self) {
        return handlerContext(self, Access.OPEN);
    }

    /** @return what handlers are made of where not everybody may do everything */
    public HandlerContext handlerContext(ClusterInfo self, Access access) {
        return new HandlerContext(
                self,
                broker.metadata,
                broker.engine,
                groups,
                transactions,
                shareStates,
                shares,
                access,
                new HandlerContext.Settings(
                        FetchConfig.DEFAULT, GroupsConfig.parse(properties), List.of(Path.of("unused"))),
                new HandlerContext.Runtime(
                        Clock.system(),
                        scheduler,
                        Ids.seeded(1),
                        new FixedToMachine(),
                        new ClientTelemetry(Clock.system()),
                        throttle,
                        new TopicTraffic(broker.metadata)));
    }

    public ApiHandler handler(ApiKeys api) {
        return ApiTable.handler(api, handlerContext(SELF));
    }

    @Override
    public void close() {
        stop();
        broker.close();
        scheduler.close();
    }
}
