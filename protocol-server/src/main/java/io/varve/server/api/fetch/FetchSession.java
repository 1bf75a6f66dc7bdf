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
 * Remembers the partitions that a consumer reads between its fetches, so that a fetch names only those that
 * change (KIP-227). Thread-safe: any connection may name a session by its id.
 *
 * <p>The session keeps its partitions in the order in which the next fetch reads them. A partition that has
 * just returned records moves to the end, so that a busy partition does not fill every response.
 */
final class FetchSession {
    private static final long UNKNOWN = -1;

    /** A partition, and the state of it that the last response showed the client. */
    private static final class Entry {
        private PartitionFetch fetch;
        private long highWatermark;
        private long logStartOffset;

        Entry(PartitionFetch fetch, long highWatermark, long logStartOffset) {
            this.fetch = fetch;
            this.highWatermark = highWatermark;
            this.logStartOffset = logStartOffset;
        }

        /**
         * Compares an answer with the state that the client knows, and remembers the answer as that state.
         *
         * @return true if the answer has records, an error, or offsets that the client does not know
         */
        boolean updateIfChanged(PartitionData answer) {
            boolean failed = FetchResult.isFailed(answer);
            boolean changed = failed
                    || answer.records().sizeInBytes() > 0
                    || highWatermark != answer.highWatermark()
                    || logStartOffset != answer.logStartOffset();
            // After an error the next answer counts as changed, whatever it says.
            highWatermark = failed ? UNKNOWN : answer.highWatermark();
            logStartOffset = answer.logStartOffset();
            return changed;
        }
    }

    private final int id;
    private final boolean byTopicId;
    private final Map<PartitionRef, Entry> partitions = new LinkedHashMap<>();
    private int epoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);

    /**
     * @param id id of the session, positive
     * @param byTopicId true if the client names topics by id
     * @param fetches what the client wants of each partition
     * @param answers the first response of each partition, by position
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

    /** @return id of the session, positive */
    int id() {
        return id;
    }

    /** @return number of partitions in the session */
    synchronized int size() {
        return partitions.size();
    }

    /**
     * Begins the next fetch of the session.
     *
     * @param requestEpoch session epoch in the request
     * @param requestById true if the request names topics by id
     * @param changed partitions that are new to the session, or that the client now reads differently
     * @param forgotten partitions to remove
     * @param maxPartitions max number of partitions in the session, counted before the removal
     * @return NONE, or an error that leaves the session as it was. FETCH_SESSION_ID_NOT_FOUND means that the
     *     session would have too many partitions: its client opens a new one
     */
    synchronized Errors advance(
            int requestEpoch,
            boolean requestById,
            List<PartitionFetch> changed,
            List<PartitionRef> forgotten,
            int maxPartitions) {
        if (requestEpoch != epoch) {
            return Errors.INVALID_FETCH_SESSION_EPOCH;
        }
        if (requestById != byTopicId) {
            return Errors.FETCH_SESSION_TOPIC_ID_ERROR;
        }
        if (partitions.size() + changed.size() > maxPartitions
                && partitions.size() + countNew(changed) > maxPartitions) {
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

    private long countNew(List<PartitionFetch> changed) {
        return changed.stream()
                .filter(fetch -> !partitions.containsKey(fetch.ref()))
                .count();
    }

    /** @return a copy of the session's partitions, in the order to read them */
    synchronized List<PartitionFetch> fetches() {
        List<PartitionFetch> fetches = new ArrayList<>(partitions.size());
        partitions.values().forEach(entry -> fetches.add(entry.fetch));
        return fetches;
    }

    /**
     * Ends a fetch: selects the answers that differ from what the client knows, and moves partitions with
     * records to the end.
     *
     * @param requestEpoch session epoch in the request
     * @param fetches the partitions that were read
     * @param answers their responses, by position
     * @return true at the position of each answer to send; null if another request has used the session since
     *     this one began
     */
    synchronized boolean[] selectChanged(int requestEpoch, List<PartitionFetch> fetches, List<PartitionData> answers) {
        if (FetchMetadata.nextEpoch(requestEpoch) != epoch) {
            return null;
        }
        boolean[] changed = new boolean[fetches.size()];
        for (int i = 0; i < changed.length; i++) {
            PartitionRef ref = fetches.get(i).ref();
            Entry entry = partitions.get(ref);
            changed[i] = entry != null && entry.updateIfChanged(answers.get(i));
            if (changed[i] && answers.get(i).records().sizeInBytes() > 0) {
                partitions.remove(ref);
                partitions.put(ref, entry);
            }
        }
        return changed;
    }
}
