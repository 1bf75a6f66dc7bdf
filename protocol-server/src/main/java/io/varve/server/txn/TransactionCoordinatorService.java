// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.apache.kafka.common.internals.Topic.TRANSACTION_STATE_TOPIC_NAME;

import io.varve.core.runtime.FailPoints;
import io.varve.server.coordinator.CoordinatorHost;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * Serves transactions with a {@link TransactionCoordinator}, which starts when the first client asks for it.
 * A server without transactions pays nothing for them.
 */
public final class TransactionCoordinatorService implements Transactions {
    /** Max length of a transactional id, in characters: ids are kept in memory. */
    private static final int MAX_ID_LENGTH = 1_024;

    private final CoordinatorHost<TransactionCoordinator> host;
    private final TransactionsConfig config;
    private final TransactionContext context;
    private final FailPoints failPoints;
    private final CoordinatorErrors errors;

    private TransactionCoordinatorService(
            CoordinatorHost<TransactionCoordinator> host, TransactionsConfig config, TransactionContext context) {
        this.host = host;
        this.config = config;
        this.context = context;
        failPoints = context.failPoints();
        errors = new CoordinatorErrors(context.clock());
    }

    /**
     * Begins to serve transactions. Returns at once. The log is loaded in the background, then the markers of
     * decided transactions are written.
     *
     * @param config the checked settings
     * @param context the parts of the server that transactions use
     * @param creation makes {@code __transaction_state}
     * @return the transactions; close them before the groups and the log engine
     */
    public static Transactions open(TransactionsConfig config, TransactionContext context, TopicCreator creation) {
        CoordinatorHost<TransactionCoordinator> host = CoordinatorHost.open(
                new CoordinatorHost.Plan(
                        "transaction", TRANSACTION_STATE_TOPIC_NAME, config.partitions(), config.topicConfigs()),
                context.topics(),
                creation,
                context.scheduler(),
                (topic, known) -> new TransactionCoordinator(config, context, topic));
        return new TransactionCoordinatorService(host, config, context);
    }

    @Override
    public CompletableFuture<Void> find(String transactionalId) {
        return host.find(transactionalId);
    }

    @Override
    public CompletableFuture<Topic> topic() {
        return host.topic();
    }

    @Override
    public CompletableFuture<ProducerEpochResult> initProducer(
            String transactionalId, int timeoutMs, ProducerEpoch expected) {
        if (transactionalId.isEmpty() || transactionalId.length() > MAX_ID_LENGTH) {
            return CompletableFuture.completedFuture(ProducerEpochResult.refused(Errors.INVALID_REQUEST));
        }
        if (timeoutMs <= 0 || timeoutMs > config.maxTimeoutMs()) {
            return CompletableFuture.completedFuture(ProducerEpochResult.refused(Errors.INVALID_TRANSACTION_TIMEOUT));
        }
        return grant(
                        "init-producer",
                        transactionalId,
                        fresh -> new InitProducer(
                                transactionalId,
                                timeoutMs,
                                expected,
                                fresh,
                                context.clock().millis()))
                .thenApply(granted -> hit(TransactionFailPoints.INITIALIZED, granted));
    }

    @Override
    public CompletableFuture<ProducerEpochResult> end(
            String transactionalId, ProducerEpoch producer, boolean commit, short clientVersion) {
        if (transactionalId.isEmpty()) {
            return CompletableFuture.completedFuture(ProducerEpochResult.refused(Errors.INVALID_REQUEST));
        }
        failPoints.hit(TransactionFailPoints.BEFORE_DECISION);
        boolean bumps = TransactionVersion.fromFeatureLevel(clientVersion).supportsEpochBump();
        return grant(
                "end",
                transactionalId,
                fresh -> bumps
                        ? new EndTransaction(
                                producer,
                                commit,
                                clientVersion,
                                fresh,
                                context.clock().millis())
                        : new EndTransactionInEpoch(
                                producer, commit, context.clock().millis()));
    }

    /** Gives a command first without a fresh producer id, and again with one if the command needs it. */
    private CompletableFuture<ProducerEpochResult> grant(
            String name, String transactionalId, LongFunction<TransactionCommand> command) {
        return decide(name, transactionalId, command.apply(RecordBatch.NO_PRODUCER_ID))
                .thenCompose(decision -> decision instanceof TransactionDecision.ProducerIdNeeded
                        ? context.producerIds()
                                .next()
                                .thenCompose(fresh -> decide(name, transactionalId, command.apply(fresh)))
                        : CompletableFuture.completedFuture(decision))
                .handle((decision, failure) ->
                        failure == null ? result(decision, command) : ProducerEpochResult.refused(errors.of(failure)));
    }

    private static ProducerEpochResult result(TransactionDecision decision, Object command) {
        if (decision instanceof TransactionDecision.Changed changed) {
            return changed.answer() == Errors.NONE
                    ? new ProducerEpochResult(Errors.NONE, changed.next().nextProducerEpoch())
                    : ProducerEpochResult.refused(changed.answer());
        }
        if (decision instanceof TransactionDecision.Unchanged unchanged) {
            return new ProducerEpochResult(
                    Errors.NONE, unchanged.now().producer().now());
        }
        if (decision instanceof TransactionDecision.Refused refused) {
            return ProducerEpochResult.refused(refused.error());
        }
        throw new IllegalStateException(command + " came to " + decision);
    }

    private CompletableFuture<TransactionDecision> decide(
            String name, String transactionalId, TransactionCommand command) {
        return host.serve(coordinator -> coordinator.command(name, transactionalId, command));
    }

    @Override
    public CompletableFuture<Errors> addPartitions(
            String transactionalId, ProducerEpoch producer, Set<TopicPartition> partitions, short clientVersion) {
        if (transactionalId.isEmpty()) {
            return CompletableFuture.completedFuture(Errors.INVALID_REQUEST);
        }
        failPoints.hit(TransactionFailPoints.BEFORE_PARTITIONS);
        TransactionCommand command = new AddPartitionsToTransaction(
                producer, partitions, clientVersion, context.clock().millis());
        return decide("add-partitions", transactionalId, command)
                .handle((decision, failure) -> failure == null ? error(decision) : errors.of(failure))
                .thenApply(error -> hit(TransactionFailPoints.PARTITIONS_ADDED, error));
    }

    private static Errors error(TransactionDecision decision) {
        return decision instanceof TransactionDecision.Refused refused ? refused.error() : Errors.NONE;
    }

    private <T> T hit(String failPoint, T answer) {
        failPoints.hit(failPoint);
        return answer;
    }

    @Override
    public CompletableFuture<Map<TopicPartition, Errors>> verify(
            String transactionalId, ProducerEpoch producer, Set<TopicPartition> partitions) {
        if (transactionalId.isEmpty()) {
            return CompletableFuture.completedFuture(forAll(partitions, Errors.INVALID_REQUEST));
        }
        return host.serve(coordinator -> coordinator.read("verify", transactionalId, now -> {
                    Errors error = AddPartitionsToTransaction.check(now, producer);
                    Map<TopicPartition, Errors> errors = forAll(partitions, error);
                    if (error == Errors.NONE) {
                        errors.replaceAll((partition, none) ->
                                now.partitions().contains(partition) ? none : Errors.TRANSACTION_ABORTABLE);
                    }
                    return errors;
                }))
                .exceptionally(failure -> forAll(partitions, errors.of(failure)));
    }

    private static Map<TopicPartition, Errors> forAll(Iterable<TopicPartition> partitions, Errors error) {
        Map<TopicPartition, Errors> errors = new HashMap<>();
        partitions.forEach(partition -> errors.put(partition, error));
        return errors;
    }

    @Override
    public CompletableFuture<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short producerEpoch,
            List<TopicPartition> partitions,
            Admission admission) {
        ProducerEpoch producer = new ProducerEpoch(producerId, producerEpoch);
        if (admission == Admission.ADD) {
            return addPartitions(transactionalId, producer, Set.copyOf(partitions), BUMPING)
                    .thenApply(error -> forAll(partitions, ofBatch(error, admission)));
        }
        if (!config.verifiesPartitions()) {
            return CompletableFuture.completedFuture(forAll(partitions, Errors.NONE));
        }
        return verify(transactionalId, producer, Set.copyOf(partitions)).thenApply(errors -> {
            errors.replaceAll((partition, error) -> ofBatch(error, admission));
            return errors;
        });
    }

    @Override
    public RetryPolicy retryPolicy() {
        return new RetryPolicy(config.retryMs(), config.retryMaxMs() / config.retryMs());
    }

    /**
     * Translates an error for a client that sends a batch: fencing as partitions report it, and
     * TRANSACTION_ABORTABLE only for clients that know it (KIP-1050).
     */
    private static Errors ofBatch(Errors error, Admission admission) {
        return switch (error) {
            case PRODUCER_FENCED -> Errors.INVALID_PRODUCER_EPOCH;
            case TRANSACTION_ABORTABLE ->
                admission == Admission.VERIFY_FOR_OLD_CLIENT ? Errors.INVALID_TXN_STATE : error;
            default -> error;
        };
    }

    @Override
    public CompletableFuture<Integer> ending() {
        return host.isUnused() ? CompletableFuture.completedFuture(0) : host.serve(TransactionCoordinator::ending);
    }

    @Override
    public CompletableFuture<TransactionState> describe(String transactionalId) {
        if (transactionalId.isEmpty()) {
            return CompletableFuture.completedFuture(
                    TransactionDescription.failed(transactionalId, Errors.INVALID_REQUEST));
        }
        return host.serve(coordinator -> coordinator.read(
                        "describe", transactionalId, now -> TransactionDescription.of(transactionalId, now)))
                .exceptionally(failure -> TransactionDescription.failed(transactionalId, errors.of(failure)));
    }

    @Override
    public CompletableFuture<ListTransactionsResponseData> list(ListTransactionsRequestData request) {
        TransactionFilter filter = TransactionFilter.of(request, context.clock().millis());
        if (host.isUnused()) {
            return CompletableFuture.completedFuture(filter.response(List.of()));
        }
        return host.serve(coordinator -> filter.list(coordinator))
                .exceptionally(failure -> new ListTransactionsResponseData()
                        .setErrorCode(errors.of(failure).code()));
    }

    @Override
    public void close() {
        host.close();
    }
}
