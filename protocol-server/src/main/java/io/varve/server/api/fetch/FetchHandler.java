// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import io.varve.server.metadata.topic.Topics;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * Gives consumers records, in fetch sessions if they like (KIP-227). A fetch that finds less than its
 * {@code min_bytes} waits until there is more, a partition fails, or {@code max_wait_ms} is over. Partitions
 * that were not there when it came are told of with the others: a client that goes on naming a deleted topic
 * would else ask again at once, for ever.
 *
 * <p>There are no replicas: a fetch by one gets the error Kafka gives to a follower that does not belong to
 * the partition, a preferred replica is never named, and {@code last_fetched_epoch} is not looked at because
 * logs do not diverge. INCONSISTENT_TOPIC_ID does not arise: a topic id is looked up where the log is, so an
 * id that is not current is unknown.
 */
public final class FetchHandler implements ApiHandler {
    private final Topics topics;
    private final ClusterInfo cluster;
    private final FetchConfig config;
    private final FetchSessions sessions;

    /**
     * @param topics finds the logs
     * @param cluster tells fenced clients where the leader is
     * @param config the broker's limits
     * @param clock tells how long sessions were idle
     * @param ids names sessions
     */
    public FetchHandler(Topics topics, ClusterInfo cluster, FetchConfig config, Clock clock, Ids ids) {
        this.topics = topics;
        this.cluster = cluster;
        this.config = config;
        this.sessions = new FetchSessions(config.sessionSlots(), clock, ids);
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        FetchRequestData data = (FetchRequestData) request.body().data();
        FetchContext context = sessions.begin(
                new FetchMetadata(data.sessionId(), data.sessionEpoch()),
                request.version() >= PartitionRef.FIRST_WITH_TOPIC_IDS,
                PartitionFetch.of(data),
                PartitionFetch.forgotten(data));
        FetchLimits limits = FetchLimits.of(data, request.version(), config);
        FetchReader reader = new FetchReader(topics, cluster.nodeId(), limits);
        return context.fetches().size() <= FetchReader.SLICE
                ? answer(request, context, reader, limits, reader.read(context.fetches()))
                : reader.read(context.fetches(), request.connection())
                        .thenCompose(result -> answer(request, context, reader, limits, result));
    }

    private CompletionStage<FetchResponseData> answer(
            Request request, FetchContext context, FetchReader reader, FetchLimits limits, FetchResult result) {
        List<PartitionFetch> known = result.known(context.fetches());
        if (limits.maxWaitMs() <= 0 || known.isEmpty() || result.failed() || result.bytes() >= limits.minBytes()) {
            return CompletableFuture.completedFuture(answer(request, context, result));
        }
        result.release();
        FetchWait wait = new FetchWait(
                reader,
                known,
                limits.minBytes(),
                request.connection(),
                () -> reader.read(context.fetches(), request.connection())
                        .thenApply(last -> answer(request, context, last)));
        return wait.await(limits.maxWaitMs());
    }

    private FetchResponseData answer(Request request, FetchContext context, FetchResult result) {
        FetchResponseData response;
        try {
            response = context.answer(result);
        } catch (RuntimeException | Error failure) {
            result.release();
            throw failure;
        }
        boolean namesLeader = result.failed()
                && result.answers().stream()
                        .anyMatch(answer -> answer.currentLeader().leaderId() >= 0);
        if (namesLeader) {
            Endpoint here = cluster.endpoint(request.connection().listenerName());
            response.nodeEndpoints()
                    .add(new NodeEndpoint()
                            .setNodeId(cluster.nodeId())
                            .setHost(here.host())
                            .setPort(here.port())
                            .setRack(cluster.rack()));
        }
        return response;
    }
}
