// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateResult;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateParameters;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateResult;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionErrorData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PartitionIdData;
import org.apache.kafka.server.share.persister.PartitionStateSummaryData;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.share.persister.ReadShareGroupStateParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateResult;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryResult;
import org.apache.kafka.server.share.persister.TopicData;
import org.apache.kafka.server.share.persister.WriteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.WriteShareGroupStateResult;

/**
 * Reads and writes states for Kafka's classes, by the share coordinator in this process: each share partition
 * is a call of its own, because each has its own partition of the topic. Failures become error codes.
 * Thread-safe; does not block.
 */
final class HostedPersister implements Persister {
    /** The coordinator reads nothing of the caller. */
    private static final RequestContext NO_CALLER = null;

    private static final int NO_EPOCH = -1;
    private static final long NO_OFFSET = -1;

    private final ShareStates states;

    HostedPersister(ShareStates states) {
        this.states = states;
    }

    @Override
    public CompletableFuture<InitializeShareGroupStateResult> initializeState(
            InitializeShareGroupStateParameters request) {
        return each(
                        request.groupTopicPartitionData(),
                        (id, partition) -> states.ask(
                                id,
                                service -> service.initializeState(NO_CALLER, StateRequests.initialize(id, partition))
                                        .thenApply(StateRequests::result),
                                PartitionErrorData::errorCode),
                        HostedPersister::error)
                .thenApply(topics -> new InitializeShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<ReadShareGroupStateResult> readState(ReadShareGroupStateParameters request) {
        return each(
                        request.groupTopicPartitionData(),
                        (id, partition) -> states.ask(
                                id,
                                service -> service.readState(NO_CALLER, StateRequests.read(id, partition.leaderEpoch()))
                                        .thenApply(StateRequests::result),
                                PartitionAllData::errorCode),
                        HostedPersister::unread)
                .thenApply(topics -> new ReadShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<WriteShareGroupStateResult> writeState(WriteShareGroupStateParameters request) {
        return each(
                        request.groupTopicPartitionData(),
                        (id, partition) -> states.ask(
                                id,
                                service -> service.writeState(
                                                NO_CALLER, StateRequests.write(id, StateRequests.change(partition)))
                                        .thenApply(StateRequests::result),
                                PartitionErrorData::errorCode),
                        HostedPersister::error)
                .thenApply(topics -> new WriteShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<DeleteShareGroupStateResult> deleteState(DeleteShareGroupStateParameters request) {
        return each(
                        request.groupTopicPartitionData(),
                        (id, partition) -> states.ask(
                                id,
                                service -> service.deleteState(NO_CALLER, StateRequests.delete(id))
                                        .thenApply(StateRequests::result),
                                PartitionErrorData::errorCode),
                        HostedPersister::error)
                .thenApply(topics -> new DeleteShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<ReadShareGroupStateSummaryResult> readSummary(
            ReadShareGroupStateSummaryParameters request) {
        return each(
                        request.groupTopicPartitionData(),
                        (id, partition) -> states.ask(
                                id,
                                service -> service.readStateSummary(NO_CALLER, StateRequests.summarize(id, partition))
                                        .thenApply(StateRequests::result),
                                PartitionStateSummaryData::errorCode),
                        HostedPersister::unsummarized)
                .thenApply(topics -> new ReadShareGroupStateSummaryResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    /** Does nothing: the states are closed by their owner. */
    @Override
    public void stop() {}

    private static PartitionErrorData error(int partition, Errors error) {
        return PartitionFactory.newPartitionErrorData(partition, error.code(), error.message());
    }

    private static PartitionAllData unread(int partition, Errors error) {
        return PartitionFactory.newPartitionAllData(
                partition, NO_EPOCH, NO_OFFSET, error.code(), error.message(), List.of());
    }

    private static PartitionStateSummaryData unsummarized(int partition, Errors error) {
        return PartitionFactory.newPartitionStateSummaryData(
                partition,
                NO_EPOCH,
                NO_OFFSET,
                PartitionFactory.UNINITIALIZED_DELIVERY_COMPLETE_COUNT,
                NO_EPOCH,
                error.code(),
                error.message());
    }

    /** Calls for each partition at once, and gathers the results by topic. Never fails. */
    private static <P extends PartitionIdData, R extends PartitionIdData> CompletableFuture<List<TopicData<R>>> each(
            GroupTopicPartitionData<P> request,
            BiFunction<SharePartitionId, P, CompletableFuture<R>> call,
            BiFunction<Integer, Errors, R> failed) {
        List<CompletableFuture<TopicData<R>>> topics = new ArrayList<>();
        for (TopicData<P> topic : request.topicsData()) {
            List<CompletableFuture<R>> partitions = new ArrayList<>();
            for (P partition : topic.partitions()) {
                SharePartitionId id = new SharePartitionId(request.groupId(), topic.topicId(), partition.partition());
                partitions.add(call.apply(id, partition)
                        .exceptionally(failure -> failed.apply(partition.partition(), Errors.forException(failure))));
            }
            topics.add(all(partitions, values -> new TopicData<>(topic.topicId(), values)));
        }
        return all(topics, Function.identity());
    }

    private static <T, R> CompletableFuture<R> all(List<CompletableFuture<T>> parts, Function<List<T>, R> join) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> join.apply(Stream.of(parts)
                        .flatMap(List::stream)
                        .map(CompletableFuture::join)
                        .toList()));
    }
}
