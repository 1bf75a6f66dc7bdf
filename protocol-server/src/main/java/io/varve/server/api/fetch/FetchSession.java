// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * The partitions a consumer reads, remembered between its fetches so that it need name only what changes
 * (KIP-227). Thread-safe: a session is known by its id on every connection.
 *
 * <p>Partitions are kept in the order in which the next fetch reads them: one that just gave records goes to
 * the end, so that a busy partition does not fill every answer.
 */
final class FetchSession {
    private static final long UNKNOWN = -1;

    /** A partition, and what the client was last told of it. */
    private static final class Entry {
        private PartitionFetch fetch;
        private long highWatermark;
        private long logStartOffset;

        Entry(PartitionFetch fetch, long highWatermark, long logStartOffset) {
            this.fetch = fetch;
            this.highWatermark = highWatermark;
            this.logStartOffset = logStartOffset;
        }

        /** Tells whether an answer holds news for the client, and remembers what the client will know. */
        boolean update(PartitionData answer) {
            boolean failed = answer.errorCode() != Errors.NONE.code() || FetchReader.hasDiverged(answer);
            boolean news = failed
                    || answer.records().sizeInBytes() > 0
                    || highWatermark != answer.highWatermark()
                    || logStartOffset != answer.logStartOffset();
            // After an error the partition is sent again, even if nothing else has changed.
            highWatermark = failed ? UNKNOWN : answer.highWatermark();
            logStartOffset = answer.logStartOffset();
            return news;
        }
    }

    private final int id;
    private final boolean byTopicId;
    private final Map<PartitionRef, Entry> partitions = new LinkedHashMap<>();
    private int epoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);

    /**
     * @param id positive
     * @param byTopicId true if the client names topics by id
     * @param fetches what the client wants
     * @param answers what it is told of each
     */
    FetchSession(int id, boolean byTopicId, List<PartitionFetch> fetches, List<PartitionData> answers) {
        this.id = id;
        this.byTopicId = byTopicId;
        addAll(fetches, answers, false);
        addAll(fetches, answers, true);
    }

    private void addAll(List<PartitionFetch> fetches, List<PartitionData> answers, boolean withRecords) {
        for (int i = 0; i < fetches.size(); i++) {
            PartitionData answer = answers.get(i);
            if (answer.records().sizeInBytes() > 0 == withRecords) {
                Entry entry = new Entry(fetches.get(i), answer.highWatermark(), answer.logStartOffset());
                partitions.put(entry.fetch.ref(), entry);
            }
        }
    }

    /** @return its id */
    int id() {
        return id;
    }

    /** @return number of partitions in it */
    synchronized int size() {
        return partitions.size();
    }

    /**
     * Begins the session's next fetch.
     *
     * @param requestEpoch the epoch in the request
     * @param requestById true if the request names topics by id
     * @param changed partitions new to the session or wanted otherwise than before
     * @param forgotten partitions to drop
     * @param room most partitions it may have; changed ones count before forgotten ones go
     * @return NONE, or why the request does not belong to the session; nothing has changed then.
     *     FETCH_SESSION_ID_NOT_FOUND if it would have too many partitions: its client starts anew
     */
    synchronized Errors advance(
            int requestEpoch,
            boolean requestById,
            List<PartitionFetch> changed,
            List<PartitionRef> forgotten,
            int room) {
        if (requestEpoch != epoch) {
            return Errors.INVALID_FETCH_SESSION_EPOCH;
        }
        if (requestById != byTopicId) {
            return Errors.FETCH_SESSION_TOPIC_ID_ERROR;
        }
        if (partitions.size() + changed.size() > room && partitions.size() + newcomers(changed) > room) {
            return Errors.FETCH_SESSION_ID_NOT_FOUND;
        }
        for (PartitionFetch fetch : changed) {
            Entry known = partitions.get(fetch.ref());
            if (known == null) {
                partitions.put(fetch.ref(), new Entry(fetch, UNKNOWN, UNKNOWN));
            } else {
                known.fetch = fetch;
            }
        }
        forgotten.forEach(partitions::remove);
        epoch = FetchMetadata.nextEpoch(epoch);
        return Errors.NONE;
    }

    private long newcomers(List<PartitionFetch> changed) {
        return changed.stream()
                .filter(fetch -> !partitions.containsKey(fetch.ref()))
                .count();
    }

    /** @return what to read now, in order; a copy */
    synchronized List<PartitionFetch> fetches() {
        List<PartitionFetch> fetches = new ArrayList<>(partitions.size());
        partitions.values().forEach(entry -> fetches.add(entry.fetch));
        return fetches;
    }

    /**
     * Ends a fetch: picks the answers that tell the client something, and moves partitions with records to
     * the end.
     *
     * @param requestEpoch the epoch in the request
     * @param fetches what was read
     * @param answers what was found, by position
     * @return which answers to send, by position; null if another request has used the session meanwhile
     */
    synchronized boolean[] selectNews(int requestEpoch, List<PartitionFetch> fetches, List<PartitionData> answers) {
        if (FetchMetadata.nextEpoch(requestEpoch) != epoch) {
            return null;
        }
        boolean[] news = new boolean[fetches.size()];
        for (int i = 0; i < news.length; i++) {
            PartitionRef ref = fetches.get(i).ref();
            Entry entry = partitions.get(ref);
            news[i] = entry != null && entry.update(answers.get(i));
            if (news[i] && answers.get(i).records().sizeInBytes() > 0) {
                partitions.remove(ref);
                partitions.put(ref, entry);
            }
        }
        return news;
    }
}
