// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.record.BatchHeader;
import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Verifies the batches of a log file by their checksums, and searches for the next sound batch behind damage.
 * Checks every length before it uses it. One scan at a time per thread: a new one takes over the thread's
 * buffer, and ends the scan before.
 */
public final class LogScan {
    private static final int WINDOW = 1 << 18;
    /**
     * Max bytes whose checksum a search computes: records may hold many bytes that look like headers of large
     * batches.
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

    /** @param length end of the bytes to scan, exclusive */
    public LogScan(UninterruptibleFile open, long length) {
        this.open = open;
        this.length = length;
        this.window = WINDOWS.get().clear().limit(0);
    }

    /** @return what is wrong at the position that was last found unsound */
    public String why() {
        return why;
    }

    /**
     * Verifies the batch at a position.
     *
     * @param at first byte
     * @param minOffset lowest base offset possible, inclusive
     * @param maxOffset highest last offset possible, inclusive
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
     * Searches for a sound batch behind a bad one. Such a batch proves that the bad one was once written
     * whole.
     *
     * <p>A client's record may contain bytes that look like a batch. So where the bad batch's header makes
     * sense, a batch found in its body does not count. One exception: the length may be wrong. Then the batch
     * ends where the found one begins, and its own checksum proves that. The leader epoch proves nothing: the
     * checksum does not cover it, and a client can forge it.
     *
     * @param at first byte of the bad batch
     * @param next the offset due there
     * @param maxOffset highest offset possible, inclusive
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
     * @return true if its length or its checksum says that it ends where the file does: then it was written
     *     whole, and is damaged
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

    /** First byte of a batch that its CRC covers: the attributes. */
    private static final int CRC_START = 21;

    /**
     * Reads bytes into the window.
     *
     * @return false if the file ends before them
     */
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
