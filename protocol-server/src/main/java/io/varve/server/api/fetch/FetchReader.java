// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.epoch.EpochEnd;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;
import io.varve.server.api.SliceRecords;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Reads what one fetch wants, as things stand now. Belongs to one request, used on its event loop. */
final class FetchReader {
    /**
     * Partitions looked at before an event loop turns to others: some milliseconds of work, where all have
     * records.
     */
    static final int SLICE = 256;

    private static final long UNKNOWN = -1;

    /** The version from which a fenced client is told the leader (KIP-951). */
    private static final short FIRST_WITH_LEADER = 16;

    private final Topics topics;
    private final int nodeId;
    private final FetchLimits limits;

    /**
     * @param topics finds the logs
     * @param nodeId this broker, leader of everything
     * @param limits holds for all partitions
     */
    FetchReader(Topics topics, int nodeId, FetchLimits limits) {
        this.topics = topics;
        this.nodeId = nodeId;
        this.limits = limits;
    }

    /**
     * Reads partitions in order until the answer is full. The first batch found is taken however large it is,
     * so that a client with too small limits still gets on (KIP-74); partitions after that get none that is
     * larger than what is left.
     *
     * @param fetches what to read
     * @return what was read; the caller sends it or releases it
     */
    FetchResult read(List<PartitionFetch> fetches) {
        FetchResult result = new FetchResult(fetches.size());
        read(fetches, result, fetches.size());
        return result;
    }

    /**
     * Reads as {@link #read(List)}, but many partitions a slice at a time, between which the connection's
     * event loop serves others.
     *
     * @param fetches what to read
     * @param connection who asks; called on its event loop
     * @return completes with what was read, for the caller to send or to release; fails when the connection
     *     is closed meanwhile
     */
    CompletionStage<FetchResult> read(List<PartitionFetch> fetches, Connection connection) {
        CompletableFuture<FetchResult> done = new CompletableFuture<>();
        readOn(fetches, new FetchResult(fetches.size()), connection, done);
        return done;
    }

    private void readOn(
            List<PartitionFetch> fetches,
            FetchResult result,
            Connection connection,
            CompletableFuture<FetchResult> done) {
        if (!connection.isOpen()) {
            result.release();
            done.completeExceptionally(new CloseConnectionException("the connection was closed during a fetch"));
            return;
        }
        try {
            read(fetches, result, SLICE);
            if (result.answers().size() == fetches.size()) {
                done.complete(result);
            } else {
                connection.executor().execute(() -> readOn(fetches, result, connection, done));
            }
        } catch (RejectedExecutionException loopEnded) {
            result.release();
            done.completeExceptionally(loopEnded);
        } catch (RuntimeException | Error failure) {
            done.completeExceptionally(failure);
        }
    }

    /** Reads so many partitions more, at most. */
    private void read(List<PartitionFetch> fetches, FetchResult result, int more) {
        int begun = result.answers().size();
        try {
            for (PartitionFetch fetch : fetches.subList(begun, Math.min(fetches.size(), begun + more))) {
                int left = (int) Math.max(0, limits.maxBytes() - result.bytes());
                result.add(read(fetch, Math.min(fetch.maxBytes(), left), result.bytes() == 0));
            }
        } catch (Throwable failure) {
            result.release();
            throw failure;
        }
    }

    /**
     * @param fetch what is wanted
     * @return bytes an answer could hold of it now, at most its limit; just 1 for any when a single byte is
     *     enough for an answer; -1 if the answer would be an error
     */
    int available(PartitionFetch fetch) {
        try {
            return available(fetch, log(fetch));
        } catch (RuntimeException failure) {
            return -1;
        }
    }

    private int available(PartitionFetch fetch, PartitionLog log) {
        if (log == null || check(fetch, log) != Errors.NONE || !isInRange(fetch, log) || diverged(fetch, log) != null) {
            return -1;
        }
        if (limits.minBytes() <= 1) {
            return visibleEnd(log) > fetch.offset() ? 1 : 0;
        }
        PartitionData answer = read(fetch, Math.min(fetch.maxBytes(), limits.maxBytes()), true);
        int bytes = answer.records().sizeInBytes();
        FetchResult.release(answer);
        return answer.errorCode() == Errors.NONE.code() ? bytes : -1;
    }

    /**
     * @param fetch what is wanted
     * @return the partition's log, or null
     */
    PartitionLog log(PartitionFetch fetch) {
        Topic topic = topic(fetch.ref());
        return Topic.log(topic, fetch.ref().partition());
    }

    private Topic topic(PartitionRef ref) {
        return byId() ? topics.byId(ref.topicId()) : topics.byName(ref.topic());
    }

    private boolean byId() {
        return limits.version() >= PartitionRef.FIRST_WITH_TOPIC_IDS;
    }

    private PartitionData read(PartitionFetch fetch, int maxBytes, boolean first) {
        PartitionLog log = log(fetch);
        if (log == null) {
            boolean unknownId = byId() && topic(fetch.ref()) == null;
            return error(fetch, unknownId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
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
        ReadResult read = log.reader().read(fetch.offset(), maxBytes, limits.isolation());
        PartitionData answer = answer(fetch, read.highWatermark(), read.lastStableOffset(), read.logStartOffset());
        int size = read.slice().sizeInBytes();
        if (size == 0 || size > maxBytes && !first) {
            read.slice().close();
            return answer;
        }
        if (limits.isolation() == Isolation.READ_COMMITTED) {
            answer.setAbortedTransactions(aborted(fetch, read));
        }
        return answer.setRecords(new SliceRecords(read.slice()));
    }

    /**
     * @return what tells a client that the last record it has is not in this log (KIP-595); null if it is, or
     *     the client does not say
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

    /** @return true if an answer tells of a log that is not what the client has read */
    static boolean hasDiverged(PartitionData answer) {
        return answer.divergingEpoch().endOffset() >= 0;
    }

    /** What the client is to leave out of the records read. Those it cannot be told of must not be sent. */
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
        // Kafka fills no offset beside an error, not even beside OFFSET_OUT_OF_RANGE.
        return answer(fetch, UNKNOWN, UNKNOWN, UNKNOWN).setErrorCode(error.code());
    }
}
