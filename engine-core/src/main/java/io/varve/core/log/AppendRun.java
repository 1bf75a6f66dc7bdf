// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.AppendException.Kind;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.spi.BatchRun;
import java.nio.ByteBuffer;
import java.util.List;

/** The batches of one append: checked before the partition's lock is taken, given their offsets under it. */
final class AppendRun {
    private static final long NO_TIMESTAMP = BatchHeader.NO_TIMESTAMP;
    /** Looking for keys decompresses; a bomb costs the time for so many bytes, and no memory. */
    private static final int MAX_DECOMPRESSED_BYTES = 256 << 20;

    /** Most records at fault that are named. */
    private static final int MOST_TOLD = 1000;

    private final ByteBuffer bytes;
    private final int start;
    private final int end;
    private long records;
    private long maxTimestamp = NO_TIMESTAMP;

    private AppendRun(ByteBuffer bytes) {
        this.bytes = bytes;
        this.start = bytes.position();
        this.end = bytes.limit();
    }

    /**
     * Checks every batch against the format and the partition's rules, and stamps them where the topic wants the broker's time.
     *
     * @param now ms since the epoch
     */
    static AppendRun checked(ByteBuffer bytes, Origin origin, PartitionConfig config, long now) {
        AppendRun run = new AppendRun(bytes);
        if (run.start == run.end) {
            throw new AppendException(Kind.INVALID_RECORD, "an append holds no batch; it needs at least one");
        }
        for (int at = run.start; at < run.end; at += BatchHeader.sizeInBytes(bytes, at)) {
            run.check(at, origin, config, now);
            run.records += BatchHeader.recordCount(bytes, at);
            run.maxTimestamp = Math.max(run.maxTimestamp, BatchHeader.maxTimestamp(bytes, at));
        }
        return run;
    }

    private void check(int at, Origin origin, PartitionConfig config, long now) {
        if (origin == Origin.BROKER) {
            BatchValidator.validate(bytes, at, end);
            return;
        }
        int size = BatchValidator.validateFromClient(bytes, at, end);
        if (size > config.maxMessageBytes()) {
            throw new AppendException(
                    Kind.MESSAGE_TOO_LARGE,
                    "batch of " + size + " bytes exceeds max.message.bytes " + config.maxMessageBytes());
        }
        if (config.compacted()) {
            checkKeys(at);
        }
        if (config.logAppendTime()) {
            BatchHeader.setLogAppendTime(bytes, at, now);
        } else {
            checkTimestamps(at, config, now);
        }
    }

    private void checkKeys(int at) {
        List<Integer> keyless = BatchValidator.nullKeys(bytes, at, MAX_DECOMPRESSED_BYTES, MOST_TOLD);
        if (!keyless.isEmpty()) {
            throw new AppendException(
                    Kind.INVALID_RECORD, "a compacted topic cannot accept a record without a key", keyless);
        }
    }

    private void checkTimestamps(int at, PartitionConfig config, long now) {
        long newest = BatchHeader.maxTimestamp(bytes, at);
        if (newest != NO_TIMESTAMP && newest - config.timestampAfterMaxMs() > now) {
            throw new AppendException(
                    Kind.INVALID_TIMESTAMP,
                    "timestamp " + newest + " is more than message.timestamp.after.max.ms "
                            + config.timestampAfterMaxMs() + " ahead of " + now);
        }
        long oldest = BatchHeader.baseTimestamp(bytes, at);
        if (oldest != NO_TIMESTAMP && oldest < now - config.timestampBeforeMaxMs()) {
            throw new AppendException(
                    Kind.INVALID_TIMESTAMP,
                    "timestamp " + oldest + " is more than message.timestamp.before.max.ms "
                            + config.timestampBeforeMaxMs() + " behind " + now);
        }
    }

    /** Gives the batches their offsets, from {@code base} on, and the leader epoch. */
    BatchRun place(long base, int leaderEpoch) {
        long next = base;
        for (int at = start; at < end; at += BatchHeader.sizeInBytes(bytes, at)) {
            BatchHeader.setBaseOffset(bytes, at, next);
            BatchHeader.setLeaderEpoch(bytes, at, leaderEpoch);
            next = BatchHeader.nextOffset(bytes, at);
        }
        return asStored();
    }

    /** Leaves the batches where their headers say they are; whether they may be there is the store's to check. */
    BatchRun asStored() {
        long base = BatchHeader.baseOffset(bytes, start);
        long next = base;
        long offsetOfMax = base;
        for (int at = start; at < end; at += BatchHeader.sizeInBytes(bytes, at)) {
            next = BatchHeader.nextOffset(bytes, at);
            if (BatchHeader.maxTimestamp(bytes, at) == maxTimestamp && offsetOfMax == base) {
                offsetOfMax = next - 1;
            }
        }
        return new BatchRun(bytes.duplicate(), base, next, maxTimestamp, offsetOfMax);
    }

    ByteBuffer bytes() {
        return bytes;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    long records() {
        return records;
    }
}
