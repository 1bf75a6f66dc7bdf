// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.producer.ProducerInfo;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchRewriter;
import io.varve.core.record.Codec;
import io.varve.core.record.Compressor;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.record.RecordIterator;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which records of a batch stay. A batch that keeps all its records is unchanged, byte for byte.
 * Every other batch keeps its base offset, last offset, producer, sequence, leader epoch, codec and
 * timestamps. A batch with unreadable records is unchanged. Semantics: the filter of Kafka's Cleaner,
 * MemoryRecords.filterTo, KIP-534. Not thread-safe.
 */
final class BatchFilter {
    /**
     * Holds the limits of one cleaning.
     *
     * @param now ms since the epoch
     * @param deleteRetentionMs how long in ms tombstones and markers stay after their first cleaning
     * @param keysTo end of the offsets whose keys are known, exclusive: records at or above it stay
     * @param end end of the cleaned range, exclusive: the batch that ends here stays, perhaps empty, so that
     *     the offset is not lost
     */
    record FilterRules(long now, long deleteRetentionMs, long keysTo, long end) {}

    private final KeyOffsets keys;
    private final FilterRules rules;
    private final TransactionOutcomes fates;
    private final Map<Long, ProducerInfo> producers = new HashMap<>();
    private final BitSet kept = new BitSet();
    private final CleaningStats stats;

    BatchFilter(
            KeyOffsets keys,
            FilterRules rules,
            TransactionOutcomes fates,
            List<ProducerInfo> active,
            CleaningStats stats) {
        this.keys = keys;
        this.rules = rules;
        this.fates = fates;
        this.stats = stats;
        active.forEach(producer -> producers.put(producer.producerId(), producer));
    }

    /**
     * Filters a batch. Call in the order of offsets.
     *
     * @param buffer holds a validated batch
     * @param at the batch's first byte
     * @return the batch that replaces it, perhaps a view of the batch itself; or null if the batch is removed
     */
    ByteBuffer filter(ByteBuffer buffer, int at) {
        boolean control = BatchHeader.isControl(buffer, at);
        TransactionOutcomes.Marker marker = control ? fates.onMarker(buffer, at) : TransactionOutcomes.Marker.NEEDED;
        boolean dropAll = control
                ? marker == TransactionOutcomes.Marker.IDLE && isPastHorizon(buffer, at)
                : fates.onData(buffer, at);
        boolean keepEmpty = BatchHeader.nextOffset(buffer, at) == rules.end || isLastOfProducer(buffer, at);
        int count = BatchHeader.recordCount(buffer, at);
        if (dropAll) {
            stats.dropped(count);
            return keepEmpty ? emptied(buffer, at) : null;
        }
        boolean tombstones;
        try {
            tombstones = control ? keepAll(count) : keepNewest(buffer, at);
        } catch (InvalidBatchException unreadable) {
            stats.unreadable();
            return buffer.slice(at, BatchHeader.sizeInBytes(buffer, at));
        }
        int left = kept.cardinality();
        stats.dropped(count - left);
        if (left == 0) {
            return keepEmpty ? emptied(buffer, at) : null;
        }
        boolean newHorizon = (tombstones || marker != TransactionOutcomes.Marker.NEEDED)
                && !BatchHeader.hasDeleteHorizon(buffer, at);
        return left == count && !newHorizon
                ? buffer.slice(at, BatchHeader.sizeInBytes(buffer, at))
                : rewritten(buffer, at, newHorizon);
    }

    private boolean isPastHorizon(ByteBuffer buffer, int at) {
        return BatchHeader.hasDeleteHorizon(buffer, at) && BatchHeader.deleteHorizon(buffer, at) <= rules.now;
    }

    /**
     * Tells whether a producer's state depends on the batch. A producer's last batch of records has its last
     * sequence. If only markers of the producer are left, those of its epoch keep that epoch known, which
     * fences older epochs.
     */
    private boolean isLastOfProducer(ByteBuffer buffer, int at) {
        ProducerInfo producer = producers.get(BatchHeader.producerId(buffer, at));
        if (producer == null) {
            return false;
        }
        return producer.lastDataOffset() >= 0
                ? BatchHeader.lastOffset(buffer, at) == producer.lastDataOffset()
                : BatchHeader.isControl(buffer, at)
                        && BatchHeader.producerEpoch(buffer, at) == producer.producerEpoch();
    }

    /**
     * Keeps every record of a control batch.
     *
     * @return false: control records are no tombstones
     */
    private boolean keepAll(int count) {
        kept.clear();
        kept.set(0, count);
        return false;
    }

    /**
     * Keeps the newest record of each key, except a tombstone whose retention is over.
     *
     * @return true if a tombstone is among the records kept
     */
    private boolean keepNewest(ByteBuffer buffer, int at) {
        kept.clear();
        boolean horizonPassed = isPastHorizon(buffer, at);
        boolean tombstones = false;
        keys.forget();
        try (RecordIterator records = RecordIterator.withKeysTo(buffer, at, keys::feed)) {
            for (int i = 0; records.next(); i++) {
                if (isKept(records, horizonPassed)) {
                    kept.set(i);
                    tombstones |= !records.hasValue();
                }
            }
        }
        return tombstones;
    }

    private boolean isKept(RecordIterator record, boolean horizonPassed) {
        if (record.offset() >= rules.keysTo) {
            keys.forget();
            return true;
        }
        if (!record.hasKey()) {
            keys.forget();
            stats.keyless();
            return false;
        }
        return record.offset() >= keys.get() && (record.hasValue() || !horizonPassed);
    }

    private RecordBatchBuilder builder(ByteBuffer buffer, int at, Codec codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec)
                .baseOffset(BatchHeader.baseOffset(buffer, at))
                .leaderEpoch(BatchHeader.leaderEpoch(buffer, at))
                .producer(
                        BatchHeader.producerId(buffer, at),
                        BatchHeader.producerEpoch(buffer, at),
                        BatchHeader.baseSequence(buffer, at));
        if (BatchHeader.isTransactional(buffer, at)) {
            builder.transactional();
        }
        if (BatchHeader.isControl(buffer, at)) {
            builder.control();
        }
        if (BatchHeader.isLogAppendTime(buffer, at)) {
            builder.logAppendTime(BatchHeader.maxTimestamp(buffer, at));
        }
        return builder;
    }

    private ByteBuffer emptied(ByteBuffer buffer, int at) {
        if (BatchHeader.recordCount(buffer, at) == 0) {
            return buffer.slice(at, BatchHeader.sizeInBytes(buffer, at));
        }
        return builder(buffer, at, Codec.NONE)
                .build(BatchHeader.lastOffset(buffer, at), BatchHeader.maxTimestamp(buffer, at));
    }

    private ByteBuffer rewritten(ByteBuffer buffer, int at, boolean newHorizon) {
        BatchRewriter rewriter = new BatchRewriter(
                        buffer,
                        at,
                        Compressor.of(Codec.forId(BatchHeader.codecId(buffer, at))),
                        DecompressionMeter.NONE)
                .keep(kept);
        if (newHorizon) {
            rewriter.deleteHorizon(rules.now + rules.deleteRetentionMs);
        }
        return rewriter.rewritten();
    }
}
