// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import io.varve.core.runtime.Scheduler;
import io.varve.server.coordinator.CoordinatorHost;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreator;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.share.ShareCoordinatorService;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionErrorData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PartitionStateData;
import org.apache.kafka.server.share.persister.Persister;

/**
 * Serves the states of share partitions, by Kafka's share coordinator on {@code __share_group_state}, which
 * the first call creates. A server without share groups spends nothing on it. Thread-safe; no method blocks.
 */
public final class ShareStates implements ShareStateStore, AutoCloseable {
    static final String TOPIC = org.apache.kafka.common.internals.Topic.SHARE_GROUP_STATE_TOPIC_NAME;

    /** Max number of repetitions of a call while the coordinator loads or starts. */
    private static final int RETRIES = 8;

    private static final long FIRST_BACKOFF_MS = 50;
    private static final long MAX_BACKOFF_MS = 1_000;

    private final CoordinatorHost<KafkaShareCoordinator> host;
    private final Scheduler scheduler;
    private final Persister persister = new HostedPersister(this);

    private ShareStates(CoordinatorHost<KafkaShareCoordinator> host, Scheduler scheduler) {
        this.host = host;
        this.scheduler = scheduler;
    }

    /**
     * Opens the states. Returns at once: existing states are loaded in the background.
     *
     * @param config the validated settings
     * @param context the parts of the server that the states use
     * @param creation creates {@code __share_group_state}
     * @return the states; close them after the groups and before the log engine
     */
    public static ShareStates open(ShareStateConfig config, ShareStateContext context, TopicCreator creation) {
        Scheduler scheduler = context.time().scheduler();
        CoordinatorHost<KafkaShareCoordinator> host = CoordinatorHost.open(
                new CoordinatorHost.Plan("share", TOPIC, config.partitions(), config.topicConfigs()),
                context.topics(),
                creation,
                scheduler,
                (states, known) -> new KafkaShareCoordinator(config, context, states, known));
        return new ShareStates(host, scheduler);
    }

    /** @return what Kafka's group coordinator reads and writes states by */
    public Persister persister() {
        return persister;
    }

    /**
     * Ensures that this broker serves a share partition, as {@link CoordinatorHost#find} says.
     *
     * @param key as {@link SharePartitionId#isCoordinatorKey}
     * @return completes when this broker coordinates the share partition, even if it is still loading
     */
    public CompletableFuture<Void> find(String key) {
        return host.find(key);
    }

    /** @return {@code __share_group_state}, created if it does not exist */
    public CompletableFuture<Topic> topic() {
        return host.topic();
    }

    @Override
    public CompletableFuture<StoredState> read(SharePartitionId id, int leaderEpoch) {
        return ask(
                        id,
                        service -> service.readState(null, StateRequests.read(id, leaderEpoch))
                                .thenApply(StateRequests::result),
                        PartitionAllData::errorCode)
                .thenApply(state -> {
                    requireNone(state.errorCode(), state.errorMessage());
                    return new StoredState(
                            state.stateEpoch(),
                            state.startOffset(),
                            state.stateBatches().stream()
                                    .map(batch -> new StoredRun(
                                            batch.firstOffset(),
                                            batch.lastOffset(),
                                            batch.deliveryState(),
                                            batch.deliveryCount()))
                                    .toList());
                });
    }

    @Override
    public CompletableFuture<Void> write(SharePartitionId id, StateChange change) {
        return ask(
                        id,
                        service -> service.writeState(null, StateRequests.write(id, change))
                                .thenApply(StateRequests::result),
                        PartitionErrorData::errorCode)
                .thenAccept(result -> requireNone(result.errorCode(), result.errorMessage()));
    }

    @Override
    public CompletableFuture<Void> replace(SharePartitionId id, StateChange state) {
        PartitionStateData start = PartitionFactory.newPartitionStateData(id.partition(), state.epoch(), state.start());
        return ask(
                        id,
                        service -> service.initializeState(null, StateRequests.initialize(id, start))
                                .thenApply(StateRequests::result),
                        PartitionErrorData::errorCode)
                .thenCompose(result -> {
                    requireNone(result.errorCode(), result.errorMessage());
                    return state.runs().isEmpty() ? CompletableFuture.completedFuture(null) : write(id, state);
                });
    }

    /** Fails with the error that a share partition takes for it: a lower epoch means another owner. */
    private static void requireNone(short code, String message) {
        Errors error = Errors.forCode(code);
        switch (error) {
            case NONE -> {}
            case FENCED_STATE_EPOCH, FENCED_LEADER_EPOCH -> throw Errors.NOT_LEADER_OR_FOLLOWER.exception(message);
            default -> throw error.exception(message);
        }
    }

    /**
     * Asks the coordinator, and again while it starts or loads.
     *
     * @param <T> the type of the answer
     * @param id the share partition
     * @param call the call
     * @param error the error code in an answer
     * @return the last answer, which may hold an error; fails with one of Kafka's exceptions
     */
    <T> CompletableFuture<T> ask(
            SharePartitionId id, Function<ShareCoordinatorService, CompletableFuture<T>> call, ToIntFunction<T> error) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        ask(id, call, error, 0, answer);
        return answer;
    }

    private <T> void ask(
            SharePartitionId id,
            Function<ShareCoordinatorService, CompletableFuture<T>> call,
            ToIntFunction<T> error,
            int attempt,
            CompletableFuture<T> answer) {
        host.find(id.coordinatorKey())
                .thenCompose(found -> host.serve(coordinator -> call.apply(coordinator.service())))
                .whenComplete((value, failure) -> {
                    ApiException why = failure == null
                            ? Errors.forCode((short) error.applyAsInt(value)).exception()
                            : Errors.forException(failure).exception();
                    if (attempt < RETRIES && mayPass(why)) {
                        long backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS << attempt);
                        scheduler.schedule(backoff, () -> ask(id, call, error, attempt + 1, answer));
                    } else if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
    }

    private static boolean mayPass(ApiException why) {
        return why instanceof CoordinatorLoadInProgressException
                || why instanceof CoordinatorNotAvailableException
                || why instanceof NotCoordinatorException;
    }

    /** Stops the coordinator. Idempotent. */
    @Override
    public void close() {
        host.close();
    }
}
