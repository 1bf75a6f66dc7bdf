// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.read.Isolation;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Reads one of the server's own logs from start to end, and verifies every batch: its checksum, and that
 * offsets ascend. Not thread-safe.
 */
public final class VerifyingLogReader {
    private final PartitionLog log;
    private final int readBytes;
    private final Consumer<ByteBuffer> sound;
    private final DamageListener damage;
    private long offset;

    /** Listens for damage. */
    @FunctionalInterface
    public interface DamageListener {
        /**
         * Reports a batch that is not sound. After the return the reader goes on behind it.
         *
         * @param offset the first damaged offset
         * @param why what is wrong
         * @throws RuntimeException to end the reading
         */
        void damaged(long offset, String why);
    }

    /**
     * Reads from the log's start.
     *
     * @param log the log to read
     * @param readBytes max bytes of one read
     * @param sound gets one or more whole batches, big-endian, from position to limit; must not keep the
     *     buffer
     * @param damage called for each damaged range that is skipped
     */
    public VerifyingLogReader(PartitionLog log, int readBytes, Consumer<ByteBuffer> sound, DamageListener damage) {
        this(log, log.logStartOffset(), readBytes, sound, damage);
    }

    /**
     * As {@link #VerifyingLogReader(PartitionLog, int, Consumer, DamageListener)}, from a later offset.
     *
     * @param from the first offset to read, at which a batch begins; from the log's start to its end
     */
    public VerifyingLogReader(
            PartitionLog log, long from, int readBytes, Consumer<ByteBuffer> sound, DamageListener damage) {
        this.log = log;
        this.readBytes = readBytes;
        this.sound = sound;
        this.damage = damage;
        this.offset = from;
    }

    /** @return the offset at which the next read begins */
    public long offset() {
        return offset;
    }

    /**
     * Reads once, up to {@code readBytes}.
     *
     * @param end end offset, exclusive, at most the log end offset
     * @return false if no batch is left below the end, even when a gap lies before the end
     * @throws StorageException RETRY, CLOSED, FENCED
     */
    public boolean readOnce(long end) {
        if (offset >= end) {
            return false;
        }
        try (BatchSlice slice =
                log.reader().read(offset, readBytes, Isolation.LOG_END).slice()) {
            if (slice.sizeInBytes() == 0) {
                return false;
            }
            deliver(slice.buffer(), end);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            skip(e.getMessage(), end);
        }
        return true;
    }

    private void deliver(ByteBuffer bytes, long end) {
        int at = bytes.position();
        long next = offset;
        String why = null;
        while (at < bytes.limit() && why == null) {
            try {
                int size = BatchValidator.validate(bytes, at, bytes.limit());
                why = misplaced(bytes, at, next);
                if (why == null) {
                    next = BatchHeader.nextOffset(bytes, at);
                    at += size;
                }
            } catch (InvalidBatchException e) {
                why = e.getMessage();
            }
        }
        if (at > bytes.position()) {
            sound.accept(bytes.duplicate().order(bytes.order()).limit(at));
            offset = next;
        }
        if (why != null) {
            skip(why, end);
        }
    }

    /** Verifies the batch's offset, which its checksum does not cover. */
    private String misplaced(ByteBuffer bytes, int at, long next) {
        long base = BatchHeader.baseOffset(bytes, at);
        long after = BatchHeader.nextOffset(bytes, at);
        boolean first = at == bytes.position(); // the batch that contains the log's start may begin below it
        if (first ? after > next : base >= next) {
            return after <= log.logEndOffset() ? null : "the batch says it ends at " + after + ", the log does before";
        }
        return "the batch says it begins at offset " + base + ", where " + next + " is due";
    }

    private void skip(String why, long end) {
        damage.damaged(offset, why);
        offset = log.reader().endOfDamage(offset, end);
    }
}
