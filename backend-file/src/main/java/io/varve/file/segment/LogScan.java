// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.record.BatchHeader;
import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Verifies the batches of a log file to the last byte, and searches for the next sound one behind damage.
 * Takes no length on trust. One at a time per thread, whose window it uses: making another one ends the one
 * before.
 */
public final class LogScan {
    private static final int WINDOW = 1 << 18;
    /**
     * A search gives up after so many bytes: records may be full of what looks like headers of large batches.
     */
    private static final long MAX_CHECKSUMMED = 8L << 30;

    private static final ThreadLocal<ByteBuffer> WINDOWS =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(WINDOW));

    private final UninterruptibleFile open;
    private final long length;
    private final ByteBuffer window;
    private final CRC32C crc = new CRC32C();
    private long windowStart;
    private long checksummed;
    private String why = "";

    /** @param length where the file's bytes end, exclusive */
    public LogScan(UninterruptibleFile open, long length) {
        this.open = open;
        this.length = length;
        this.window = WINDOWS.get().clear().limit(0);
    }

    /** @return what is wrong at the position last asked about */
    public String why() {
        return why;
    }

    /**
     * @param at first byte
     * @param minOffset lowest base offset possible
     * @param maxOffset highest last offset possible
     * @return bytes of the sound batch that starts there, or 0 when there is none
     */
    public int soundAt(long at, long minOffset, long maxOffset) throws IOException {
        if (!load(at, BatchHeader.SIZE)) {
            return unsound(length - at + " bytes, less than a batch header");
        }
        int in = (int) (at - windowStart);
        long size = window.getInt(in + Long.BYTES) + (long) BatchHeader.LOG_OVERHEAD;
        if (BatchHeader.magic(window, in) != BatchHeader.MAGIC || size < BatchHeader.SIZE) {
            return unsound("no batch header");
        }
        if (size > length - at) {
            return unsound("a batch of " + size + " bytes of which " + (length - at) + " are there");
        }
        long base = BatchHeader.baseOffset(window, in);
        int delta = BatchHeader.lastOffsetDelta(window, in);
        if (base < minOffset || delta < 0 || base > maxOffset - delta) {
            return unsound("a batch of offset " + base + " where " + minOffset + " was due");
        }
        long expected = BatchHeader.crc(window, in);
        if (checksum(at, at + size) != expected) {
            return unsound("a batch whose CRC-32C does not match");
        }
        load(at, BatchHeader.SIZE);
        return (int) size;
    }

    /** @return position of the first sound batch at or after {@code from}, or -1 when none was found */
    public long findSound(long from, long minOffset, long maxOffset) throws IOException {
        long enough = checksummed + MAX_CHECKSUMMED;
        for (long at = from; checksummed < enough && load(at, BatchHeader.SIZE); at++) {
            if (BatchHeader.magic(window, (int) (at - windowStart)) == BatchHeader.MAGIC
                    && soundAt(at, minOffset, maxOffset) > 0) {
                return at;
            }
        }
        return -1;
    }

    /**
     * Looks behind a batch that is not sound for one that is, and so shows that the bad one was there whole
     * once. What a client has put into a record may look like a batch: so the body of a batch whose header
     * makes sense is not searched, but for where the batch ends if its length is what is wrong, which its own
     * checksum then proves. A leader epoch proves nothing: it is outside the checksum, and a client that
     * makes up a batch can make it up too.
     *
     * @param at first byte of the bad batch
     * @param next the offset due there
     * @param maxOffset highest offset possible
     * @return position of the next sound batch, or -1
     */
    public long findBehind(long at, long next, long maxOffset) throws IOException {
        if (!load(at, BatchHeader.SIZE)) {
            return -1;
        }
        int in = (int) (at - windowStart);
        long end = at + window.getInt(in + Long.BYTES) + BatchHeader.LOG_OVERHEAD;
        int delta = BatchHeader.lastOffsetDelta(window, in);
        long expected = BatchHeader.crc(window, in);
        boolean makesSense = BatchHeader.magic(window, in) == BatchHeader.MAGIC
                && BatchHeader.baseOffset(window, in) == next
                && delta >= 0
                && end >= at + BatchHeader.SIZE;
        if (!makesSense) {
            return findSound(at + 1, next + 1, maxOffset);
        }
        long after = next + delta + 1;
        for (long found = findSound(at + BatchHeader.SIZE, after, maxOffset);
                found >= 0;
                found = findSound(found + 1, after, maxOffset)) {
            if (found == end || baseOffset(found) == after && checksum(at, found) == expected) {
                return found;
            }
            if (found > end) {
                break;
            }
        }
        return end <= length ? findSound(end, next + 1, maxOffset) : -1;
    }

    /**
     * @param at first byte of a bad batch, the last of its file
     * @return true if its length or its checksum says that it ends where the file does: it is there whole,
     *     and damaged
     */
    public boolean endsWithFile(long at) throws IOException {
        if (!load(at, BatchHeader.SIZE)) {
            return false;
        }
        int in = (int) (at - windowStart);
        long end = at + window.getInt(in + Long.BYTES) + BatchHeader.LOG_OVERHEAD;
        long expected = BatchHeader.crc(window, in);
        return end == length || checksum(at, length) == expected;
    }

    /** @return base offset of the batch {@link #soundAt} has just found at {@code at} */
    long baseOffset(long at) {
        return BatchHeader.baseOffset(window, (int) (at - windowStart));
    }

    /** @return last offset of the batch {@link #soundAt} has just found at {@code at} */
    public long lastOffset(long at) {
        return BatchHeader.lastOffset(window, (int) (at - windowStart));
    }

    /** @return largest timestamp of the batch {@link #soundAt} has just found at {@code at} */
    public long maxTimestamp(long at) {
        return BatchHeader.maxTimestamp(window, (int) (at - windowStart));
    }

    private int unsound(String reason) {
        why = reason;
        return 0;
    }

    private long checksum(long at, long end) throws IOException {
        crc.reset();
        long from = at + CRC_START;
        checksummed += end - from;
        while (from < end) {
            int bytes = (int) Math.min(end - from, window.capacity());
            load(from, bytes);
            crc.update(window.slice((int) (from - windowStart), bytes));
            from += bytes;
        }
        return crc.getValue();
    }

    /** Where the part of a batch that the CRC covers begins: at the attributes. */
    private static final int CRC_START = 21;

    /** Brings bytes into the window. */
    private boolean load(long at, int bytes) throws IOException {
        if (at >= windowStart && at + bytes <= windowStart + window.limit()) {
            return true;
        }
        if (at + bytes > length) {
            return false;
        }
        window.clear().limit((int) Math.min(window.capacity(), length - at));
        Disk.read(open, window, at);
        window.flip();
        windowStart = at;
        return window.limit() >= bytes;
    }
}
