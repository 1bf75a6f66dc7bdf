// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.epoch.EpochEnd;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.server.api.SliceRecords;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Reads one partition for a fetch, as the partition is now. Made for one fetch. Used on the event loop of its
 * connection, and by one worker thread at a time for reads that may wait for a disk; the two take turns.
 * Never waits for a remote tier.
 */
final class PartitionFetchReader {
    private static final long UNKNOWN = -1;
    /** The first version whose fenced clients get the leader in the response (KIP-951). */
    private static final short FIRST_WITH_LEADER = 16;
    /** Clients of versions before this one do not know that they may try again after a storage's failure. */
    private static final short FIRST_WITH_STORAGE_ERROR = 6;

    private final Topics topics;
    private final int nodeId;
    private final FetchLimits limits;
    /** Says which topics the client may read, by name; null if all. */
    private final Predicate<String> readable;
    /** Null until a partition needs it: most fetches read nothing from a remote tier. */
    private ColdReads cold;

    private boolean coldRecords;

    /**
     * @param topics finds the logs
     * @param nodeId id of this broker, which leads every partition
     * @param limits of the fetch
     * @param readable says which topics the client may read, by name; null if all
     */
    PartitionFetchReader(Topics topics, int nodeId, FetchLimits limits, Predicate<String> readable) {
        this.readable = readable;
        this.topics = topics;
        this.nodeId = nodeId;
        this.limits = limits;
    }

    /** @return the reads from a remote tier; null if there was none */
    ColdReads cold() {
        return cold;
    }

    /** @return true if records from a remote tier were read: they end the wait, as in Kafka */
    boolean hasColdRecords() {
        return coldRecords;
    }

    /** Closes what was read from a remote tier and not taken. Nothing may be read afterwards. */
    void close() {
        if (cold != null) {
            cold.close();
        }
    }

    /**
     * @param fetch what the client wants of the partition
     * @return true if {@link #read} or {@link #availableBytes} may wait for a disk; returns at once
     */
    boolean mayWait(PartitionFetch fetch) {
        PartitionLog log = log(fetch);
        return log != null
                && (fetch.lastFetchedEpoch() >= 0 && log.reader().endOfEpochWaits(fetch.lastFetchedEpoch())
                        || log.highWatermark() > fetch.offset() && log.reader().readWaits(fetch.offset()));
    }

    /**
     * Measures what {@link #read} would find. Counts nothing of a partition that a remote tier must be asked
     * for: {@link #cold} tells when its records are there. Where {@code min_bytes} is at most 1 it reads no
     * records.
     *
     * @param fetch what the client wants of the partition
     * @return bytes of records that a response could hold, at most the limit of the partition; 1 for any
     *     records when {@code min_bytes} is at most 1; -1 if the response would be an error
     */
    int availableBytes(PartitionFetch fetch) {
        try {
            return availableBytes(fetch, log(fetch));
        } catch (RuntimeException failure) {
            return -1;
        }
    }

    private int availableBytes(PartitionFetch fetch, PartitionLog log) {
        if (log == null || check(fetch, log) != Errors.NONE || !isInRange(fetch, log) || diverged(fetch, log) != null) {
            return -1;
        }
        if (visibleEnd(log) <= fetch.offset() || !log.reader().isLocal(fetch.offset())) {
            return 0;
        }
        if (limits.minBytes() <= 1) {
            return 1;
        }
        int max = Math.min(fetch.maxBytes(), limits.maxBytes());
        ReadResult read = log.reader().readLocal(fetch.offset(), max, limits.isolation());
        if (read == null) {
            return 0;
        }
        int bytes = read.slice().sizeInBytes();
        read.slice().close();
        return bytes;
    }

    /**
     * @param fetch what the client wants of a partition
     * @return the partition's log, or null when there is no such partition, or not for this client
     */
    PartitionLog log(PartitionFetch fetch) {
        Topic topic = topic(fetch.ref());
        return topic == null || isDenied(fetch.ref(), topic)
                ? null
                : Topic.log(topic, fetch.ref().partition());
    }

    /** @param topic null if it does not exist: its name may be denied nevertheless */
    private boolean isDenied(PartitionRef ref, Topic topic) {
        return readable != null && !readable.test(topic == null ? ref.topic() : topic.name());
    }

    private Topic topic(PartitionRef ref) {
        return byId() ? topics.byId(ref.topicId()) : topics.byName(ref.topic());
    }

    private boolean byId() {
        return limits.version() >= PartitionRef.FIRST_WITH_TOPIC_IDS;
    }

    /**
     * Reads a partition. The slice in the result is open until the caller sends it or releases it.
     *
     * @param fetch what the client wants of the partition
     * @param maxBytes max bytes of records; 0 for none, unless {@code first}
     * @param first true if the first batch is returned however large it is (KIP-74)
     * @return the partition's part of the response: records, or an error code
     */
    PartitionData read(PartitionFetch fetch, int maxBytes, boolean first) {
        PartitionLog log = log(fetch);
        if (log == null) {
            Topic topic = topic(fetch.ref());
            boolean unknownId = byId() && topic == null;
            if (!unknownId && isDenied(fetch.ref(), topic)) {
                return error(fetch, Errors.TOPIC_AUTHORIZATION_FAILED);
            }
            return error(
                    fetch,
                    unknownId
                            ? Errors.UNKNOWN_TOPIC_ID
                            : Topic.missing(topic, fetch.ref().partition()));
        }
        Errors refusal = check(fetch, log);
        if (refusal != Errors.NONE) {
            PartitionData answer = error(fetch, refusal);
            if (refusal == Errors.FENCED_LEADER_EPOCH && limits.version() >= FIRST_WITH_LEADER) {
                answer.currentLeader().setLeaderId(nodeId).setLeaderEpoch(log.leaderEpoch());
            }
            return answer;
        }
        try {
            return read(fetch, log, maxBytes, first);
        } catch (RuntimeException failure) {
            return error(fetch, KafkaErrors.ofRead(failure));
        }
    }

    private PartitionData read(PartitionFetch fetch, PartitionLog log, int maxBytes, boolean first) {
        boolean full = maxBytes == 0 && !first;
        PartitionData diverged = diverged(fetch, log);
        if (diverged != null) {
            return diverged;
        }
        if (!isInRange(fetch, log)) {
            return error(fetch, Errors.OFFSET_OUT_OF_RANGE);
        }
        // An idle partition costs no read. An offset between the high watermark and the log's end is no
        // error, as in Kafka.
        if (full || visibleEnd(log) <= fetch.offset()) {
            return answer(fetch, log.highWatermark(), log.lastStableOffset(), log.logStartOffset());
        }
        boolean waits = log.reader().readWaits(fetch.offset());
        ReadResult read = log.reader().readLocal(fetch.offset(), maxBytes, limits.isolation());
        boolean local = read != null;
        if (!local) {
            read = readCold(fetch, log, maxBytes);
        }
        if (read == null) {
            return answer(fetch, log.highWatermark(), log.lastStableOffset(), log.logStartOffset());
        }
        PartitionData answer = answer(fetch, read.highWatermark(), read.lastStableOffset(), read.logStartOffset());
        int size = read.slice().sizeInBytes();
        if (size == 0 || size > maxBytes && !first) {
            read.slice().close();
            return answer;
        }
        try {
            if (limits.isolation() == Isolation.READ_COMMITTED) {
                answer.setAbortedTransactions(aborted(fetch, read));
            }
            if (local && waits) {
                read.slice().load();
            }
        } catch (RuntimeException | Error failure) {
            read.slice().close();
            throw failure;
        }
        coldRecords |= !local;
        return answer.setRecords(new SliceRecords(read.slice()));
    }

    private ReadResult readCold(PartitionFetch fetch, PartitionLog log, int maxBytes) {
        if (cold == null) {
            cold = new ColdReads(limits.maxBytes());
        }
        return cold.take(fetch, log, maxBytes, limits.isolation());
    }

    /**
     * @return where the client's log and this one diverge (KIP-595), as a response; null if they do not, or
     *     if the client does not name the epoch of its last record
     */
    private PartitionData diverged(PartitionFetch fetch, PartitionLog log) {
        int last = fetch.lastFetchedEpoch();
        if (last < 0) {
            return null;
        }
        Optional<EpochEnd> end = log.reader().endOfEpoch(last);
        if (end.isEmpty()) {
            return error(fetch, Errors.OFFSET_OUT_OF_RANGE);
        }
        if (end.get().epoch() == last && end.get().endOffset() >= fetch.offset()) {
            return null;
        }
        PartitionData answer = answer(fetch, log.highWatermark(), log.lastStableOffset(), log.logStartOffset());
        answer.divergingEpoch()
                .setEpoch(end.get().epoch())
                .setEndOffset(end.get().endOffset());
        return answer;
    }

    /**
     * Finds the aborted transactions among the records read, which the client skips. Closes the slice when it
     * fails: the client must not get records whose aborted transactions it does not know.
     */
    private static List<AbortedTransaction> aborted(PartitionFetch fetch, ReadResult read) {
        try {
            return read.abortedTransactions(fetch.offset()).stream()
                    .map(one -> new AbortedTransaction()
                            .setProducerId(one.producerId())
                            .setFirstOffset(one.firstOffset()))
                    .toList();
        } catch (RuntimeException | Error failure) {
            read.slice().close();
            throw failure;
        }
    }

    private Errors check(PartitionFetch fetch, PartitionLog log) {
        if (limits.follower()) {
            return fetch.leaderEpoch() >= 0 ? Errors.UNKNOWN_LEADER_EPOCH : Errors.NOT_LEADER_OR_FOLLOWER;
        }
        return KafkaErrors.ofLeaderEpoch(fetch.leaderEpoch(), log.leaderEpoch());
    }

    private static boolean isInRange(PartitionFetch fetch, PartitionLog log) {
        return log.logStartOffset() <= fetch.offset() && fetch.offset() <= log.logEndOffset();
    }

    private long visibleEnd(PartitionLog log) {
        return limits.isolation() == Isolation.READ_COMMITTED ? log.lastStableOffset() : log.highWatermark();
    }

    private PartitionData answer(PartitionFetch fetch, long highWatermark, long lastStableOffset, long logStartOffset) {
        // No aborted transactions are an empty list for read_committed; Kafka sends null otherwise.
        PartitionData answer = new PartitionData()
                .setPartitionIndex(fetch.ref().partition())
                .setHighWatermark(highWatermark)
                .setLastStableOffset(lastStableOffset)
                .setLogStartOffset(logStartOffset)
                .setRecords(MemoryRecords.EMPTY);
        return limits.isolation() == Isolation.READ_COMMITTED ? answer : answer.setAbortedTransactions(null);
    }

    private PartitionData error(PartitionFetch fetch, Errors error) {
        boolean known = error != Errors.KAFKA_STORAGE_ERROR || limits.version() >= FIRST_WITH_STORAGE_ERROR;
        Errors shown = known ? error : Errors.NOT_LEADER_OR_FOLLOWER; // as Kafka does
        // Kafka fills no offset beside an error, not even beside OFFSET_OUT_OF_RANGE.
        return answer(fetch, UNKNOWN, UNKNOWN, UNKNOWN).setErrorCode(shown.code());
    }
}
