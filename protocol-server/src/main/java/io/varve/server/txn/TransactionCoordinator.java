// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import io.varve.server.coordinator.CoordinatorLogLoader;
import io.varve.server.coordinator.CoordinatorLogWriter;
import io.varve.server.coordinator.HostedCoordinator;
import io.varve.server.coordinator.LoadProgress;
import io.varve.server.coordinator.SerialExecutor;
import io.varve.server.metadata.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.common.runtime.CoordinatorBackgroundThreadPoolExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetricsImpl;
import org.apache.kafka.coordinator.common.runtime.MultiThreadedEventProcessor;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;

/**
 * Runs the state machines of all partitions of {@code __transaction_state} ({@link TransactionShard}) in
 * Kafka's runtime. Has markers written for what they decide, aborts transactions that are open too long,
 * forgets unused ids. Thread-safe; only start and end block.
 */
final class TransactionCoordinator implements HostedCoordinator {
    private static final String NAME = "transaction-coordinator";
    /**
     * Max time an event may take to become durable; after it the client is answered with an error and
     * retries.
     */
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private static final int CACHED_BUFFER_BYTES = 1 << 20;

    private final TransactionsConfig config;
    private final TransactionContext context;
    private final CoordinatorErrors errors;
    private final Topic topic;
    private final LoadProgress loading;
    private final CoordinatorRuntime<TransactionShard, CoordinatorRecord> runtime;
    private final MarkerQueue markers;
    private final List<AutoCloseable> owned = new ArrayList<>();

    /**
     * Starts the coordinator. This takes some hundred ms, mostly for loading classes: do not call it on an
     * event loop.
     *
     * @param topic {@code __transaction_state}
     */
    TransactionCoordinator(TransactionsConfig config, TransactionContext context, Topic topic) {
        this.config = config;
        this.context = context;
        errors = new CoordinatorErrors(context.clock());
        this.topic = topic;
        int partitions = topic.count();
        loading = new LoadProgress(partitions);
        Metrics metrics = new Metrics(context.time().kafka());
        CoordinatorRuntimeMetrics runtimeMetrics = new CoordinatorRuntimeMetricsImpl(metrics, NAME + "-metrics", false);
        LogContext logContext = new LogContext("[" + NAME + "] ");
        runtime = new CoordinatorRuntime.Builder<TransactionShard, CoordinatorRecord>()
                .withTime(context.time().kafka())
                .withTimer(context.time().timers().apply(NAME))
                .withLogPrefix(logContext.logPrefix())
                .withLogContext(logContext)
                .withEventProcessor(new MultiThreadedEventProcessor(
                        logContext,
                        NAME + "-event-processor-",
                        1,
                        context.time().kafka(),
                        runtimeMetrics))
                .withPartitionWriter(new CoordinatorLogWriter(topic, loading, TransactionCoordinator::refuse))
                .withLoader(new CoordinatorLogLoader(
                        topic,
                        config.loadBufferBytes(),
                        new TransactionCoordinatorRecordSerde(),
                        event -> {},
                        context.clock(),
                        new SerialExecutor("transaction-loader", context.scheduler()),
                        loading,
                        context.losses()))
                .withCoordinatorShardBuilderSupplier(
                        () -> new TransactionShardBuilder(config.maxIdsPerPartition(partitions)))
                .withWriteTimeout(WRITE_TIMEOUT)
                .withCoordinatorRuntimeMetrics(runtimeMetrics)
                .withCoordinatorMetrics(new NoCoordinatorMetrics())
                .withSerializer(new TransactionCoordinatorRecordSerde())
                .withCompression(Compression.NONE)
                .withExecutorService(new CoordinatorBackgroundThreadPoolExecutor(
                        NAME + "-background-", 1, context.time().kafka(), runtimeMetrics))
                .withCachedBufferMaxBytesSupplier(() -> CACHED_BUFFER_BYTES)
                .build();
        markers = new MarkerQueue(context, this::complete);
        owned.add(metrics);
        begin(partitions);
    }

    private void begin(int partitions) {
        IntStream.range(0, partitions)
                .forEach(partition -> runtime.scheduleLoadOperation(partition(partition), coordinatorEpoch(partition)));
        owned.add(context.scheduler().scheduleEvery(config.abortIntervalMs(), this::abortTimedOut)::cancel);
        owned.add(context.scheduler().scheduleEvery(config.expireIntervalMs(), this::expire)::cancel);
    }

    /** Refuses transactional writes: the state of transactions is not itself written in transactions. */
    private static CompletableFuture<Map<TopicPartition, Errors>> refuse(
            String transactionalId, long producerId, short epoch, List<TopicPartition> partitions, Object admission) {
        return CompletableFuture.failedFuture(Errors.INVALID_TXN_STATE.exception());
    }

    private TopicPartition partition(int partition) {
        return new TopicPartition(topic.name(), partition);
    }

    private int coordinatorEpoch(int partition) {
        return topic.partition(partition).leaderEpoch();
    }

    @Override
    public LoadProgress loading() {
        return loading;
    }

    @Override
    public int partitionFor(String transactionalId) {
        return Utils.abs(transactionalId.hashCode()) % topic.count();
    }

    /**
     * Gives a command to a transaction. If the command decides the end, the markers are written in the
     * background.
     *
     * @return what was decided, when it is durable
     */
    CompletableFuture<TransactionDecision> command(String name, String transactionalId, TransactionCommand command) {
        TopicPartition partition = partition(partitionFor(transactionalId));
        CompletableFuture<TransactionDecision> decided =
                runtime.scheduleWriteOperation(name, partition, shard -> shard.decide(transactionalId, command));
        return decided.thenApply(decision -> {
            if (decision instanceof TransactionDecision.Changed changed
                    && changed.next().isPrepared()) {
                context.failPoints().hit(TransactionFailPoints.DECIDED);
                resume(transactionalId);
            }
            return decision;
        });
    }

    /** @return what {@code look} makes of the durable state of one transaction, or of null */
    <T> CompletableFuture<T> read(String name, String transactionalId, Function<Transaction, T> look) {
        return runtime.scheduleReadOperation(
                name,
                partition(partitionFor(transactionalId)),
                (shard, offset) -> look.apply(shard.committed(transactionalId, offset)));
    }

    /**
     * @return what {@code look} makes of the durable state of each partition's transactions, one future for
     *     each
     */
    <T> List<CompletableFuture<T>> readAll(String name, BiFunction<TransactionShard, Long, T> look) {
        return runtime.scheduleReadAllOperation(name, look::apply);
    }

    /** @return the number of transactions whose end is decided and whose markers are not all written */
    CompletableFuture<Integer> ending() {
        List<CompletableFuture<Integer>> counts = readAll("count-ending", (shard, offset) -> (int)
                shard.committed(offset).stream().filter(Transaction::isPrepared).count());
        return CompletableFuture.allOf(counts.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        counts.stream().mapToInt(CompletableFuture::join).sum());
    }

    private void resume(String transactionalId) {
        int partition = partitionFor(transactionalId);
        runtime.scheduleReadOperation(
                        "resume-markers",
                        partition(partition),
                        (shard, offset) -> begin(shard, offset, shard.committed(transactionalId, offset)))
                .exceptionally(this::whileStopping);
    }

    /**
     * Has markers written for a decision that is durable. Call this in the partition's own thread only.
     * There the latest state shows whether the markers have been written meanwhile: a marker that came late
     * would end the next transaction.
     */
    private Void begin(TransactionShard shard, long offset, Transaction decided) {
        if (decided != null && decided.isPrepared() && decided.equals(shard.latest(decided.transactionalId()))) {
            markers.begin(decided, coordinatorEpoch(partitionFor(decided.transactionalId())));
        }
        return null;
    }

    /** Completes a transaction whose markers are durable. */
    private void complete(Transaction prepared) {
        String transactionalId = prepared.transactionalId();
        TransactionCommand command =
                TransactionTimeouts.complete(prepared, context.clock().millis());
        runtime.scheduleWriteOperation("complete", partition(partitionFor(transactionalId)), shard -> {
                    markers.end(prepared);
                    return shard.decide(transactionalId, command);
                })
                .whenComplete((decision, failure) -> {
                    if (failure == null) {
                        context.failPoints().hit(TransactionFailPoints.COMPLETED);
                    } else if (!markers.isStopped()) {
                        // If the partition never ran the operation, the old writer is still in the queue,
                        // and would keep a new one out.
                        markers.end(prepared);
                        context.scheduler().schedule(MarkerQueue.MAX_BACKOFF_MS, () -> resume(transactionalId));
                    }
                });
    }

    /**
     * Aborts transactions that are open too long, and resumes decided ones whose markers are not being
     * written.
     */
    void abortTimedOut() {
        long now = context.clock().millis();
        readAll("find-timed-out", (shard, offset) -> {
                    List<String> timedOut = new ArrayList<>();
                    for (Transaction transaction : shard.committed(offset)) {
                        if (transaction.isTimedOut(now)) {
                            timedOut.add(transaction.transactionalId());
                        }
                        begin(shard, offset, transaction);
                    }
                    return timedOut;
                })
                .forEach(found -> found.thenAccept(ids -> ids.forEach(
                                id -> command("abort-timed-out", id, TransactionTimeouts.abortTimedOut(now))))
                        .exceptionally(this::whileStopping));
    }

    /** Forgets transactional ids that were idle for too long. */
    void expire() {
        long now = context.clock().millis();
        readAll(
                        "find-expired",
                        (shard, offset) -> shard.committed(offset).stream()
                                .filter(transaction -> transaction.isExpired(config.expirationMs(), now))
                                .map(Transaction::transactionalId)
                                .toList())
                .forEach(found -> found.thenAccept(ids -> ids.forEach(
                                id -> command("expire", id, TransactionTimeouts.expire(config.expirationMs(), now))))
                        .exceptionally(this::whileStopping));
    }

    /** Skips partitions that load or stop: the next scan finds their transactions. */
    private Void whileStopping(Throwable failure) {
        errors.of(failure);
        return null;
    }

    @Override
    public void allLoaded() {
        abortTimedOut();
    }

    /** Does nothing: the partitions of a deleted topic are skipped when their markers are due. */
    @Override
    public void topicChanged(Topic before, Topic after) {}

    @Override
    public void close() {
        loading.stop(new NotCoordinatorException("the server is stopping"));
        markers.close();
        Utils.closeQuietly(runtime, NAME);
        owned.forEach(part -> Utils.closeQuietly(part, "a part of the " + NAME));
    }
}
