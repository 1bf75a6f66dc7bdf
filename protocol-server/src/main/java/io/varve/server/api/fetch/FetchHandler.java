// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.server.api.AnswerListener;
import io.varve.server.api.DirectHandler;
import io.varve.server.api.Request;
import io.varve.server.api.TopicTraffic;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.quota.Allowance;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.security.access.Access;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * Reads records for consumers, within their fetch sessions (KIP-227). A fetch that finds less than its
 * {@code min_bytes} waits until there is more, a partition fails, or {@code max_wait_ms} is over. The wait
 * also delays the errors of unknown partitions: a client that keeps naming a deleted topic would otherwise
 * fetch again at once, without end. Records in a remote tier are read meanwhile ({@link ColdReads}); the wait
 * ends when the first of them are there.
 *
 * <p>There are no replicas. A follower's fetch gets the error that Kafka returns to a follower which is no
 * replica of the partition, and no response names a preferred replica. INCONSISTENT_TOPIC_ID cannot occur:
 * the topic id alone finds the log, and an id that is not current is unknown.
 */
public final class FetchHandler implements DirectHandler {
    private final Topics topics;
    private final ClusterInfo cluster;
    private final FetchConfig config;
    private final Access access;
    private final FetchSessions sessions;
    private final QuotaThrottle throttle;
    private final TopicTraffic traffic;

    /**
     * @param topics finds the logs
     * @param cluster this broker, as clients reach it: the leader that fenced clients look for
     * @param config limits of the broker
     * @param access decides what clients may read
     * @param clock measures how long sessions are idle
     * @param ids source of session ids
     * @param throttle counts the records that clients get, and limits them
     * @param traffic counts what is read
     */
    public FetchHandler(
            Topics topics,
            ClusterInfo cluster,
            FetchConfig config,
            Access access,
            Clock clock,
            Ids ids,
            QuotaThrottle throttle,
            TopicTraffic traffic) {
        this.access = access;
        this.throttle = throttle;
        this.traffic = traffic;
        this.topics = topics;
        this.cluster = cluster;
        this.config = config;
        this.sessions = new FetchSessions(config.sessionSlots(), clock, ids);
    }

    @Override
    public void handle(Request request, AnswerListener listener) {
        FetchRequestData data = (FetchRequestData) request.body().data();
        FetchContext context = sessions.begin(
                new FetchMetadata(data.sessionId(), data.sessionEpoch()),
                request.version() >= PartitionRef.FIRST_WITH_TOPIC_IDS,
                PartitionFetch.of(data),
                PartitionFetch.forgotten(data));
        FetchLimits limits = FetchLimits.of(
                data,
                request.version(),
                config,
                throttle.isOn() ? throttle.maxFetchBytes(request.quotaClient()) : Integer.MAX_VALUE);
        FetchReader reader = new FetchReader(
                new PartitionFetchReader(topics, cluster.nodeId(), limits, access.topics(request, AclOperation.READ)),
                limits);
        new Fetch(request, context, limits, reader, listener).read(IdleAnswers.NONE, true);
    }

    /** Serves one fetch. Used on the event loop of its connection. */
    private final class Fetch {
        private final Request request;
        private final FetchContext context;
        private final FetchLimits limits;
        private final FetchReader reader;
        private final AnswerListener listener;

        Fetch(Request request, FetchContext context, FetchLimits limits, FetchReader reader, AnswerListener listener) {
            this.request = request;
            this.context = context;
            this.limits = limits;
            this.reader = reader;
            this.listener = listener;
        }

        /**
         * Reads the partitions, at once unless a disk has to be waited for, and sees to the answer.
         *
         * @param idle answers to take instead of reading
         * @param mayWait true if the fetch may wait for more records
         */
        void read(IdleAnswers idle, boolean mayWait) {
            FetchResult begun = reader.begin(context.fetches(), idle);
            if (begun.answers().size() == context.fetches().size()) {
                answerOrWait(begun, mayWait);
            } else {
                listener.after(
                        reader.readOn(context.fetches(), idle, begun, request.connection()),
                        result -> answerOrWait(result, mayWait));
            }
        }

        private void answerOrWait(FetchResult result, boolean mayWait) {
            if (!mayWait
                    || limits.maxWaitMs() <= 0
                    || !result.isAnyKnown()
                    || result.failed()
                    || result.bytes() >= limits.minBytes()
                    || reader.partitions().hasColdRecords()) {
                listener.answered(answer(result), null);
                return;
            }
            result.release();
            FetchWait wait = new FetchWait(
                    reader.partitions(),
                    context.fetches(),
                    result,
                    limits,
                    request.connection(),
                    listener,
                    idle -> read(idle, false));
            wait.await(limits.maxWaitMs());
        }

        private FetchResponseData answer(FetchResult result) {
            Allowance allowance =
                    throttle.isOn() ? throttle.found(request.quotaClient(), result.bytes()) : Allowance.UNLIMITED;
            if (!allowance.records()) {
                reader.release(result);
                return context.withoutPartitions().setThrottleTimeMs(allowance.throttleMs());
            }
            FetchResponseData response;
            try {
                response = context.answer(result).setThrottleTimeMs(allowance.throttleMs());
            } catch (RuntimeException | Error failure) {
                reader.release(result);
                throw failure;
            }
            reader.partitions().close();
            if (result.bytes() > 0) {
                count(context.fetches(), result.answers(), reader.partitions());
            }
            if (result.failed() && namesLeader(result.answers())) {
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

    private static boolean namesLeader(List<PartitionData> answers) {
        return answers.stream().anyMatch(answer -> answer.currentLeader().leaderId() >= 0);
    }

    private void count(List<PartitionFetch> fetches, List<PartitionData> answers, PartitionFetchReader partitions) {
        for (int i = 0; i < answers.size(); i++) {
            int bytes = answers.get(i).records().sizeInBytes();
            PartitionLog log = bytes == 0 ? null : partitions.log(fetches.get(i));
            if (log != null) { // it may have been deleted meanwhile
                traffic.sent(log.id().topic(), bytes);
            }
        }
    }
}
