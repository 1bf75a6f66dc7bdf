// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.PooledFile;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Steps from batch to batch in a log file, and reads only their headers. There is one cursor per thread:
 * {@link #open} ends its former use. The cursor works on a range whose ends are batch boundaries, and checks
 * each header in it.
 */
public final class BatchCursor {
    private static final int WINDOW = 4096;
    private static final ThreadLocal<BatchCursor> PER_THREAD = ThreadLocal.withInitial(BatchCursor::new);

    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW);
    private PooledFile file;
    private UninterruptibleFile open;
    private int windowStart;
    private int windowEnd;
    private int at;
    private int before;
    private int limit;

    private BatchCursor() {}

    /**
     * @param file names the file in messages
     * @param open the same file, open
     * @param at first byte of the first batch
     * @param limit end of the last batch, exclusive
     */
    static BatchCursor open(PooledFile file, UninterruptibleFile open, int at, int limit) {
        BatchCursor cursor = PER_THREAD.get();
        cursor.file = file;
        cursor.open = open;
        cursor.at = at;
        cursor.before = at;
        cursor.limit = limit;
        cursor.windowStart = 0;
        cursor.windowEnd = 0;
        return cursor;
    }

    /**
     * @return true if there is a batch at the current position; false at the end of the range
     * @throws StorageException CORRUPT if there are other bytes
     */
    public boolean onBatch() {
        if (at >= limit) {
            return false;
        }
        if (limit - at < BatchHeader.SIZE) {
            throw damaged("only " + (limit - at) + " bytes where a batch should be");
        }
        if (at < windowStart || at + BatchHeader.SIZE > windowEnd) {
            fill();
        }
        int in = at - windowStart;
        long size = window.getInt(in + Long.BYTES) + (long) BatchHeader.LOG_OVERHEAD;
        if (BatchHeader.magic(window, in) != BatchHeader.MAGIC
                || size < BatchHeader.SIZE
                || size > limit - at
                || BatchHeader.lastOffsetDelta(window, in) < 0) {
            throw damaged("no batch header there");
        }
        return true;
    }

    private void fill() {
        window.clear().limit(Math.min(WINDOW, limit - at));
        try {
            int read = Disk.read(open, window, at);
            if (read < BatchHeader.SIZE) {
                throw damaged("the file ends early");
            }
            windowStart = at;
            windowEnd = at + read;
        } catch (IOException e) {
            throw Disk.readFailure("reading a batch header at byte " + at, file.path(), e);
        }
    }

    /** Moves to the next batch. Call this and the methods below only when the cursor is on a batch. */
    public void advance() {
        before = at;
        at += size();
    }

    int position() {
        return at;
    }

    /** @return first byte of the batch whose length has led to the current position */
    int positionBefore() {
        return before;
    }

    /** Moves to another batch boundary. */
    void moveTo(int position) {
        at = position;
        before = position;
    }

    int limit() {
        return limit;
    }

    int size() {
        return BatchHeader.sizeInBytes(window, at - windowStart);
    }

    /** @return first offset of the batch */
    public long baseOffset() {
        return BatchHeader.baseOffset(window, at - windowStart);
    }

    /** @return last offset of the batch */
    public long lastOffset() {
        return BatchHeader.lastOffset(window, at - windowStart);
    }

    /** @return max timestamp of the batch in ms since the epoch, or -1 */
    public long maxTimestamp() {
        return BatchHeader.maxTimestamp(window, at - windowStart);
    }

    StorageException damaged(String what) {
        return new StorageException(
                StorageException.Kind.CORRUPT, file.path() + " is damaged at byte " + at + ": " + what);
    }
}
