// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.ControlType;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.transaction.AbortedTransaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Utils;

/**
 * Holds a compacted partition in memory. The test sets its transactions and producers, and rolls a segment
 * after any batch.
 */
final class CompactedPartition implements CompactableLog {
    static final long START_MS = 10_000_000;

    final VirtualTime time = new VirtualTime(START_MS);
    final FailPoints failPoints = new FailPoints();
    final MemoryStorage storage = new MemoryStorage();
    final PartitionStore store = storage.open(
            new PartitionId("keyed", new UUID(3, 4), 0),
            0,
            PartitionSettings.of(new SegmentLimits(1 << 20, Long.MAX_VALUE, 0, 1 << 20)));
    final List<AbortedTransaction> aborted = new ArrayList<>();
    final List<ProducerInfo> producers = new ArrayList<>();
    CompactionLimits limits = new CompactionLimits(true, 0, 0, Long.MAX_VALUE, 1000);
    SegmentLimits segments = new SegmentLimits(1 << 20, Long.MAX_VALUE, 0, 1 << 20);
    CompactionConfig config = CompactionConfig.BY_HAND;
    private long next;

    /** Begins a batch at the end of the log. */
    RecordBatchBuilder batch() {
        return batch(Codec.NONE);
    }

    RecordBatchBuilder batch(Codec codec) {
        return new RecordBatchBuilder(codec).baseOffset(next).leaderEpoch(7);
    }

    static RecordBatchBuilder with(RecordBatchBuilder batch, long timestamp, String... keysAndValues) {
        for (String one : keysAndValues) {
            String[] pair = one.split("=", 2);
            batch.append(timestamp, bytes(pair[0]), pair.length == 1 ? null : bytes(pair[1]), List.of());
        }
        return batch;
    }

    static ByteBuffer bytes(String text) {
        return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a batch; {@code "key=value"}, or {@code "key"} for a tombstone. */
    void append(String... keysAndValues) {
        append(with(batch(), time.millis(), keysAndValues).build());
    }

    void append(ByteBuffer batch) {
        next = BatchHeader.nextOffset(batch, 0);
        store.append(new BatchRun(
                batch, BatchHeader.baseOffset(batch, 0), next, BatchHeader.maxTimestamp(batch, 0), next - 1));
    }

    void transactional(long producer, int sequence, String... keysAndValues) {
        append(with(batch().producer(producer, (short) 0, sequence).transactional(), time.millis(), keysAndValues)
                .build());
    }

    void marker(long producer, boolean commit, long firstOffset) {
        ByteBuffer marker = RecordBatchBuilder.marker(
                commit ? ControlType.COMMIT : ControlType.ABORT, time.millis(), producer, (short) 0, 5);
        BatchHeader.setBaseOffset(marker, 0, next);
        if (!commit) {
            aborted.add(new AbortedTransaction(producer, firstOffset, next, next + 1));
        }
        append(marker);
    }

    /** Ends the active segment: later appends go to the next one. */
    void roll() {
        store.settings(PartitionSettings.of(new SegmentLimits(14, Long.MAX_VALUE, 0, 1 << 20)));
        append("\u0000roll=" + next);
        store.settings(PartitionSettings.of(new SegmentLimits(1 << 20, Long.MAX_VALUE, 0, 1 << 20)));
    }

    long end() {
        return next;
    }

    Cleaner cleaner() {
        return new Cleaner(config, time, new CompactionThrottle(config.bytesPerSecond(), time, time), failPoints);
    }

    CleaningResult clean() {
        Cleaner cleaner = cleaner();
        return cleaner.clean(cleaner.look(this));
    }

    /** Rolls, so that every batch so far may be cleaned, and cleans. */
    CleaningResult rollAndClean() {
        roll();
        return clean();
    }

    List<RecordBatch> batches() {
        List<RecordBatch> batches = new ArrayList<>();
        long offset = store.extent().start();
        while (true) {
            try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, 1 << 20)) {
                if (slice.sizeInBytes() == 0) {
                    return batches;
                }
                ByteBuffer copy = ByteBuffer.allocate(slice.sizeInBytes())
                        .put(slice.buffer())
                        .flip();
                for (RecordBatch batch : MemoryRecords.readableRecords(copy).batches()) {
                    batch.ensureValid();
                    batches.add(batch);
                    offset = batch.nextOffset();
                }
            }
        }
    }

    /**
     * Returns the remaining records as {@code offset:key=value} and markers as {@code offset:marker}, without
     * the records written to roll.
     */
    List<String> left() {
        List<String> left = new ArrayList<>();
        for (RecordBatch batch : batches()) {
            for (Record record : batch) {
                String key = batch.isControlBatch() ? "marker" : record.hasKey() ? text(record.key()) : "null";
                if (!key.startsWith("\u0000")) {
                    String value = batch.isControlBatch() || !record.hasValue() ? "" : "=" + text(record.value());
                    left.add(record.offset() + ":" + key + value);
                }
            }
        }
        return left;
    }

    private static String text(ByteBuffer bytes) {
        return Utils.utf8(bytes.duplicate());
    }

    @Override
    public PartitionStore store() {
        return store;
    }

    @Override
    public CompactionLimits compaction() {
        return limits;
    }

    @Override
    public SegmentLimits segmentLimits() {
        return segments;
    }

    @Override
    public long cleanableEnd() {
        return next;
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        return aborted.stream()
                .filter(one -> one.lastOffset() >= from && one.firstOffset() < to)
                .toList();
    }

    @Override
    public List<ProducerInfo> activeProducers() {
        return producers;
    }

    @Override
    public void saveProducerState() {}

    @Override
    public void replace(List<Segment> old, BatchSource cleaned, Supplier<Collection<AbortedTransaction>> gone) {
        store.replace(old, cleaned);
        aborted.removeAll(gone.get());
    }
}
