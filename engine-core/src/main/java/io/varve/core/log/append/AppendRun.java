// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

import io.varve.core.log.append.AppendException.Kind;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchRewriter;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.Compressor;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.HeldBytes;
import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds the batches of one append. They are checked, and not changed, before the writer's lock is taken. The
 * append writes their timestamps, and under the lock their offsets. Made by
 * {@link io.varve.core.log.LogAppender#check}; used by one thread at a time.
 */
public final class AppendRun {
    private static final long NO_TIMESTAMP = BatchHeader.NO_TIMESTAMP;

    private final ByteBuffer bytes;
    private final int start;
    private final int end;
    private final AppendOrigin origin;
    private final boolean logAppendTime;
    private final long now;
    /**
     * Max timestamp of each batch as checked; null for the broker's own batches, whose headers are trusted.
     */
    private final long[] maxTimestamps;

    private long records;
    /** The batches, where their memory outlives the append; else null. */
    private HeldBytes held;

    private AppendRun(
            ByteBuffer bytes,
            AppendOrigin origin,
            boolean logAppendTime,
            long now,
            long[] maxTimestamps,
            long records) {
        this.bytes = bytes;
        this.start = bytes.position();
        this.end = bytes.limit();
        this.origin = origin;
        this.logAppendTime = logAppendTime;
        this.now = now;
        this.maxTimestamps = maxTimestamps;
        this.records = records;
    }

    /**
     * Checks every batch against the format and the partition's rules.
     *
     * @param id the partition, for messages
     * @param bytes one or more batches from position to limit; not changed
     * @param origin where the batches come from
     * @param config the partition's rules
     * @param now ms since the epoch
     * @param meter counts decompressed bytes; its exception ends the check
     * @return the batches, backed by the same bytes, or by new bytes where the topic wants another
     *     compression
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws AppendException if they break a rule
     */
    public static AppendRun checked(
            PartitionId id,
            ByteBuffer bytes,
            AppendOrigin origin,
            PartitionConfig config,
            long now,
            DecompressionMeter meter) {
        if (!bytes.hasRemaining()) {
            throw new AppendException(Kind.INVALID_RECORD, "an append holds no batch; it needs at least one");
        }
        boolean client = origin != AppendOrigin.BROKER;
        boolean vouched = origin == AppendOrigin.VOUCHED;
        AppendRun run = new AppendRun(
                bytes, origin, client && config.logAppendTime(), now, client ? new long[batches(bytes)] : null, 0);
        BatchCheck check = client ? new BatchCheck(id, config, now, meter) : null;
        int batch = 0;
        for (int at = run.start; at < run.end; at += BatchHeader.sizeInBytes(bytes, at)) {
            if (client) {
                run.maxTimestamps[batch++] =
                        vouched ? check.headersTimestamp(bytes, at, run.end) : check.maxTimestamp(bytes, at, run.end);
            } else {
                BatchValidator.validate(bytes, at, run.end);
            }
            run.records += BatchHeader.recordCount(bytes, at);
        }
        Compressor compressor = client && !vouched ? config.batches().compressor() : null;
        return compressor == null ? run : run.in(compressor, config, meter);
    }

    /** @return this run if every batch is compressed that way already */
    private AppendRun in(Compressor compressor, PartitionConfig config, DecompressionMeter meter) {
        List<ByteBuffer> pieces = new ArrayList<>(maxTimestamps.length);
        boolean same = true;
        int size = 0;
        for (int at = start; at < end; at += BatchHeader.sizeInBytes(bytes, at)) {
            boolean kept = BatchHeader.codecId(bytes, at) == compressor.codec().id();
            ByteBuffer piece = kept
                    ? bytes.slice(at, BatchHeader.sizeInBytes(bytes, at))
                    : new BatchRewriter(bytes, at, compressor, meter)
                            .atMost(config.maxMessageBytes())
                            .rewritten();
            BatchCheck.requireFits(piece.remaining(), config);
            same &= kept;
            size = Math.addExact(size, piece.remaining());
            pieces.add(piece);
        }
        if (same) {
            return this;
        }
        ByteBuffer all = ByteBuffer.allocateDirect(size);
        pieces.forEach(all::put);
        return new AppendRun(all.flip(), origin, logAppendTime, now, maxTimestamps, records);
    }

    private static int batches(ByteBuffer bytes) {
        int batches = 0;
        for (int at = bytes.position(); at < bytes.limit(); batches++) {
            at += BatchValidator.frame(bytes, at, bytes.limit());
        }
        return batches;
    }

    /** @return a run with a copy of the batches, for an append after the original bytes are released */
    public AppendRun copied() {
        ByteBuffer copy =
                ByteBuffer.allocateDirect(end - start).put(bytes.duplicate()).flip();
        return new AppendRun(copy, origin, logAppendTime, now, maxTimestamps, records);
    }

    /**
     * Copies the batches behind what a buffer has.
     *
     * @param target a buffer with space for them, written from its position on
     * @return the run, backed by the buffer
     */
    public AppendRun copiedInto(ByteBuffer target) {
        ByteBuffer copy = target.duplicate();
        target.put(target.position(), bytes, start, end - start).position(target.position() + end - start);
        return new AppendRun(copy.limit(target.position()), origin, logAppendTime, now, maxTimestamps, records);
    }

    /**
     * Joins runs of clients whose timestamps are {@link #stamp written}.
     *
     * @param all their batches, from position to limit
     * @param records number of their records
     * @param held holds their batches beyond the append
     * @return one run of all batches
     */
    public static AppendRun joined(ByteBuffer all, long records, HeldBytes held) {
        AppendRun joined = new AppendRun(all, AppendOrigin.CLIENT, false, NO_TIMESTAMP, null, records);
        joined.held = held;
        return joined;
    }

    /**
     * Writes timestamp type and max timestamp into the headers, by the records and the topic's rules.
     * Idempotent.
     */
    public void stamp() {
        if (maxTimestamps == null) {
            return;
        }
        int batch = 0;
        for (int at = start; at < end; at += BatchHeader.sizeInBytes(bytes, at)) {
            if (logAppendTime) {
                BatchHeader.setLogAppendTime(bytes, at, now);
            } else {
                BatchHeader.setCreateTime(bytes, at, maxTimestamps[batch]);
            }
            batch++;
        }
    }

    /**
     * Writes offsets, from {@code base} on, and the leader epoch into the headers.
     *
     * @param base offset of the first record
     * @param leaderEpoch the epoch in force
     * @return the run for the store
     */
    public BatchRun place(long base, int leaderEpoch) {
        long next = base;
        for (int at = start; at < end; at += BatchHeader.sizeInBytes(bytes, at)) {
            BatchHeader.setBaseOffset(bytes, at, next);
            BatchHeader.setLeaderEpoch(bytes, at, leaderEpoch);
            next = BatchHeader.nextOffset(bytes, at);
        }
        return asStored();
    }

    /**
     * @return the run for the store, at the offsets in its headers; the store checks that the log allows them
     */
    public BatchRun asStored() {
        long base = baseOffset();
        long next = base;
        long max = NO_TIMESTAMP;
        long offsetOfMax = base;
        for (int at = start; at < end; at += BatchHeader.sizeInBytes(bytes, at)) {
            next = BatchHeader.nextOffset(bytes, at);
            if (at == start || BatchHeader.maxTimestamp(bytes, at) > max) {
                max = Math.max(NO_TIMESTAMP, BatchHeader.maxTimestamp(bytes, at));
                offsetOfMax = next - 1;
            }
        }
        return new BatchRun(bytes.duplicate(), base, next, max, offsetOfMax, held);
    }

    /** @return offset of the first record, by its batch's header */
    public long baseOffset() {
        return BatchHeader.baseOffset(bytes, start);
    }

    /** @return the batches, from position to limit; not to be changed */
    public ByteBuffer bytes() {
        return bytes;
    }

    AppendOrigin origin() {
        return origin;
    }

    /** @return the timestamp the broker gives the records, in ms since the epoch, or -1 */
    public long logAppendTimeMs() {
        return logAppendTime ? now : NO_TIMESTAMP;
    }

    /** @return index of the first batch in {@link #bytes} */
    public int start() {
        return start;
    }

    /** @return index after the last batch in {@link #bytes}, exclusive */
    public int end() {
        return end;
    }

    /** @return number of records in all batches; those of clients have as many offsets, without gaps */
    public long records() {
        return records;
    }
}
