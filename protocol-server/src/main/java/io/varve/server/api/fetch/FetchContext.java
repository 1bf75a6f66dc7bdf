// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/** What a fetch reads and which of it is answered: depends on the session it belongs to (KIP-227). */
sealed interface FetchContext {
    /** The session id of a response that belongs to no session. */
    int NO_SESSION = 0;

    /** @return the partitions to read, in the order to read them */
    List<PartitionFetch> fetches();

    /**
     * Makes the answer. Takes over the result: what the answer leaves out is released.
     *
     * @param result what was read of {@link #fetches()}
     * @return the answer
     */
    FetchResponseData answer(FetchResult result);

    /** A fetch outside any session: everything is answered. */
    record Sessionless(List<PartitionFetch> fetches) implements FetchContext {
        @Override
        public FetchResponseData answer(FetchResult result) {
            return whole(NO_SESSION, fetches, result);
        }
    }

    /** A full fetch: everything is answered, and a session begins if there is room for it. */
    record Opening(List<PartitionFetch> fetches, boolean byTopicId, FetchSessions sessions) implements FetchContext {
        @Override
        public FetchResponseData answer(FetchResult result) {
            return whole(sessions.open(byTopicId, fetches, result.answers()), fetches, result);
        }
    }

    /** A further fetch of a session: all its partitions are read, those with news are answered. */
    record Continuing(FetchSession session, int epoch, List<PartitionFetch> fetches) implements FetchContext {
        @Override
        public FetchResponseData answer(FetchResult result) {
            FetchResponseData response = new FetchResponseData().setSessionId(session.id());
            boolean[] news = session.selectNews(epoch, fetches, result.answers());
            if (news == null) {
                result.release();
                return response.setErrorCode(Errors.INVALID_FETCH_SESSION_EPOCH.code());
            }
            for (int i = 0; i < news.length; i++) {
                PartitionData partition = result.answers().get(i);
                if (news[i]) {
                    append(response, fetches.get(i).ref(), partition);
                } else {
                    FetchResult.release(partition);
                }
            }
            return response;
        }
    }

    /** A fetch whose session is not what the client thinks: nothing is read, the error is the answer. */
    record RefusedFetch(Errors error) implements FetchContext {
        @Override
        public List<PartitionFetch> fetches() {
            return List.of();
        }

        @Override
        public FetchResponseData answer(FetchResult result) {
            return new FetchResponseData().setErrorCode(error.code()).setSessionId(NO_SESSION);
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
     * Adds a partition, under the topic before it when that is the same one: the order of partitions is kept.
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
