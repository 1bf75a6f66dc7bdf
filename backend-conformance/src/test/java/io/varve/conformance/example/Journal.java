// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A file that only grows, of entries. Everything up to the last SYNCED entry is on the device, and known to
 * be: a bad byte there is damage. One behind it is what a crash left of an unfinished write, and is cut off.
 *
 * <pre>
 *  0 type    int8, above 0  29 size    int32   bytes of the body
 *  1 a       int64          33 bodyCrc int32
 *  9 b       int64          37 crc     int32   of bytes 0 to 36
 * 17 c       int64          41 body
 * 25 d       int32
 * </pre>
 */
final class Journal implements AutoCloseable {
    static final int HEADER = 41;
    private static final int CHUNK = 1 << 20;
    private static final int SIZE_AT = 29;
    private static final int CRC_AT = 37;

    /**
     * What was read or is to be written.
     *
     * @param at first byte of the body in the file
     * @param body its content; null when it is not what was written
     */
    record Entry(byte type, long a, long b, long c, int d, long at, ByteBuffer body) {}

    private final Path file;
    private final FailPoints failPoints;
    /** Not a channel: an interrupt would close that. */
    private RandomAccessFile bytes;

    private long end;
    /** Why nothing is written any more. */
    private volatile StorageException broken;

    Journal(Path file, FailPoints failPoints) throws IOException {
        this.file = file;
        this.failPoints = failPoints;
        this.bytes = new RandomAccessFile(file.toFile(), "rw");
    }

    /** Reads everything there is, cuts off a torn tail and makes durable what is left. */
    void replay(byte syncedType, Consumer<Entry> apply, boolean writesAgain) throws IOException {
        long known = 0;
        for (long at = 0; at < bytes.length(); ) {
            Entry entry = read(at);
            if (entry != null && entry.type() == syncedType) {
                known = entry.at();
            }
            at = entry == null ? nextHeader(at + 1) : entry.at() + size(entry); // behind a bad header may be more
        }
        for (Entry entry = read(0); entry != null && (entry.body() != null || entry.at() < known); entry = read(end)) {
            apply.accept(entry);
            end = entry.at() + size(entry);
        }
        if (end < known) {
            throw new StorageException(Kind.CORRUPT, file + " is damaged at byte " + end);
        }
        bytes.setLength(end);
        if (writesAgain && known < end) {
            writeAgain();
        }
        bytes.getFD().sync();
    }

    /** @return where the next header begins, from a position on; the file's end if there is none */
    private long nextHeader(long from) throws IOException {
        long length = bytes.length();
        for (long at = from; at < length; at += CHUNK) {
            ByteBuffer chunk = readBytes(at, CHUNK + HEADER - 1);
            for (int i = 0; i <= chunk.limit() - HEADER; i++) {
                if (isHeader(chunk, i)) {
                    return at + i;
                }
            }
        }
        return length;
    }

    private static boolean isHeader(ByteBuffer bytes, int at) {
        return bytes.get(at) > 0 && crc(bytes, at, CRC_AT) == bytes.getInt(at + CRC_AT);
    }

    /**
     * What lies behind the last SYNCED entry may be in the system's memory only, and count as written there:
     * the last process may have ended when its sync failed. A copy has to get to the device.
     */
    private void writeAgain() throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".copy");
        RandomAccessFile copy = new RandomAccessFile(aside.toFile(), "rw");
        copy.setLength(0);
        for (long at = 0; at < end; at += CHUNK) {
            copy.write(readBytes(at, (int) Math.min(CHUNK, end - at)).array());
        }
        copy.getFD().sync();
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        bytes.close();
        bytes = copy;
        try (FileChannel directory = FileChannel.open(file.getParent())) {
            directory.force(true);
        }
    }

    private static int size(Entry entry) {
        return entry.d() < 0 ? -entry.d() : entry.body().limit();
    }

    /**
     * @return the entry at a position, or null if there is no whole one; of one with a damaged body, d is
     *     minus its size
     */
    private Entry read(long at) throws IOException {
        ByteBuffer header = readBytes(at, HEADER);
        if (header.limit() < HEADER || !isHeader(header, 0)) {
            return null;
        }
        int size = header.getInt(SIZE_AT);
        ByteBuffer body = readBytes(at + HEADER, size);
        boolean sound = body.limit() == size && crc(body, 0, size) == header.getInt(SIZE_AT + Integer.BYTES);
        return new Entry(
                header.get(0),
                header.getLong(1),
                header.getLong(9),
                header.getLong(17),
                sound ? header.getInt(25) : -size,
                at + HEADER,
                sound ? body : null);
    }

    /** @return what the file has from a position on, at most so many bytes; safe with any other method */
    synchronized ByteBuffer readBytes(long at, int size) throws IOException {
        byte[] read = new byte[(int) Math.max(0, Math.min(size, bytes.length() - at))];
        bytes.seek(at);
        bytes.readFully(read);
        return ByteBuffer.wrap(read);
    }

    /**
     * Writes an entry, or nothing of it.
     *
     * @param body from position to limit; left as it is
     * @return where its body begins
     */
    synchronized long write(byte type, long a, long b, long c, int d, ByteBuffer body) {
        requireSound();
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.put(type).putLong(a).putLong(b).putLong(c).putInt(d).putInt(body.remaining());
        header.putInt(crc(body, body.position(), body.remaining()));
        header.putInt(crc(header, 0, CRC_AT)).flip();
        long at = end;
        try {
            writeFully(header, at);
            writeFully(body.duplicate(), at + HEADER);
            failPoints.hit("journal.write.after-bytes");
        } catch (IOException | UncheckedIOException e) {
            cutBack(at, e);
            throw new StorageException(Kind.FULL, "writing at byte " + at + " of " + file + ": " + e.getMessage(), e);
        }
        end = at + HEADER + body.remaining();
        return at + HEADER;
    }

    private synchronized void writeFully(ByteBuffer content, long at) throws IOException {
        byte[] written = new byte[content.remaining()];
        content.get(written);
        bytes.seek(at);
        bytes.write(written);
    }

    /** Else a later, shorter write would leave the rest of this one behind it. */
    private void cutBack(long to, Exception why) {
        try {
            bytes.setLength(to);
        } catch (IOException e) {
            why.addSuppressed(e);
            broken = new StorageException(Kind.FULL, file + " cannot be cut back to byte " + to, why);
        }
    }

    /**
     * Makes everything written before the call durable. After a failure nobody knows what the device has:
     * never again.
     */
    void force() {
        requireSound();
        try {
            failPoints.hit("journal.sync.before-force");
            bytes.getFD().sync();
        } catch (IOException | UncheckedIOException e) {
            broken = new StorageException(Kind.FULL, file + " is read-only until it is opened again: a sync failed", e);
            throw broken;
        }
    }

    private void requireSound() {
        if (broken != null) {
            throw broken;
        }
    }

    private static int crc(ByteBuffer bytes, int from, int size) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(from + size).position(from));
        return (int) crc.getValue();
    }

    void delete() throws IOException {
        bytes.close();
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
