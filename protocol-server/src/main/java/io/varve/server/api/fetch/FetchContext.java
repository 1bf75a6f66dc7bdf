// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The session that a fetch belongs to, or none (KIP-227): decides which partitions the fetch reads, and which
 * of them the response contains.
 */
sealed interface FetchContext {
    /** The session id of a response that belongs to no session. */
    int NO_SESSION = 0;

    /** @return the partitions to read, in the order to read them */
    List<PartitionFetch> fetches();

    /**
     * Makes the response. Owns the result from now on, and releases the records that the response omits.
     *
     * @param result what was read of {@link #fetches()}
     * @return the response
     */
    FetchResponseData answer(FetchResult result);

    /** @return a response to a client that exceeds its quota, which changes no session */
    default FetchResponseData withoutPartitions() {
        return new FetchResponseData().setSessionId(NO_SESSION);
    }

    /** A fetch outside any session: the response contains every partition. */
    record Sessionless(List<PartitionFetch> fetches) implements FetchContext {
        @Override
        public FetchResponseData answer(FetchResult result) {
            return whole(NO_SESSION, fetches, result);
        }
    }

    /** A full fetch: the response contains every partition, and opens a session if a slot is free. */
    record Opening(List<PartitionFetch> fetches, boolean byTopicId, FetchSessions sessions) implements FetchContext {
        @Override
        public FetchResponseData answer(FetchResult result) {
            return whole(sessions.open(byTopicId, fetches, result.answers()), fetches, result);
        }
    }

    /** An incremental fetch: reads every partition of its session, and returns those that have changed. */
    record Continuing(FetchSession session, int epoch, List<PartitionFetch> fetches) implements FetchContext {
        @Override
        public FetchResponseData answer(FetchResult result) {
            FetchResponseData response = withoutPartitions();
            boolean[] changed = session.selectChanged(epoch, fetches, result.answers());
            if (changed == null) {
                result.release();
                return response.setErrorCode(Errors.INVALID_FETCH_SESSION_EPOCH.code());
            }
            for (int i = 0; i < changed.length; i++) {
                PartitionData partition = result.answers().get(i);
                if (changed[i]) {
                    append(response, fetches.get(i).ref(), partition);
                } else {
                    FetchResult.release(partition);
                }
            }
            return response;
        }

        @Override
        public FetchResponseData withoutPartitions() {
            return new FetchResponseData().setSessionId(session.id());
        }
    }

    /** A fetch that does not fit the session it names: reads nothing, and returns an error. */
    record RefusedFetch(Errors error) implements FetchContext {
        @Override
        public List<PartitionFetch> fetches() {
            return List.of();
        }

        @Override
        public FetchResponseData answer(FetchResult result) {
            return new FetchResponseData().setErrorCode(error.code()).setSessionId(NO_SESSION);
        }

        @Override
        public FetchResponseData withoutPartitions() {
            return answer(null);
        }
    }

    private static FetchResponseData whole(int sessionId, List<PartitionFetch> fetches, FetchResult result) {
        FetchResponseData response = new FetchResponseData().setSessionId(sessionId);
        for (int i = 0; i < fetches.size(); i++) {
            append(response, fetches.get(i).ref(), result.answers().get(i));
        }
        return response;
    }

    /**
     * Adds a partition to the last topic of the response when it belongs to that topic, else to a new one:
     * partitions stay in order.
     */
    private static void append(FetchResponseData response, PartitionRef ref, PartitionData partition) {
        List<FetchableTopicResponse> topics = response.responses();
        FetchableTopicResponse last = topics.isEmpty() ? null : topics.get(topics.size() - 1);
        if (last == null
                || !last.topicId().equals(ref.topicId())
                || !last.topic().equals(ref.topic())) {
            last = new FetchableTopicResponse().setTopic(ref.topic()).setTopicId(ref.topicId());
            topics.add(last);
        }
        last.partitions().add(partition);
    }
}
