// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.PooledFile;
import io.varve.file.disk.RetiredException;
import io.varve.file.disk.UnforcedChanges;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends entries of one size to an index file, in ascending order, and searches them. Memory holds only
 * their count. The index can be rebuilt from the log: so it is written without precautions, and each answer
 * is checked. One writer, any number of readers.
 */
final class IndexFile {
    private static final Logger LOG = LoggerFactory.getLogger(IndexFile.class);
    /** Entries read at once at the end of a search. */
    private static final int WINDOW = 128;

    private static final int LARGEST_ENTRY = 12;
    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(WINDOW * LARGEST_ENTRY));

    private final PooledFile file;
    private final int entrySize;
    private final List<Field> ascending;
    private volatile int count = -1;
    private volatile boolean distrusted;
    private final UnforcedChanges unforced = new UnforcedChanges();

    /** @param ascending the fields of an entry: each is above that of the entry before, and never negative */
    IndexFile(PooledFile file, int entrySize, List<Field> ascending) {
        this.file = file;
        this.entrySize = entrySize;
        this.ascending = List.copyOf(ascending);
    }

    /** @return number of entries; 0 when the index is not trusted */
    int count() {
        if (distrusted) {
            return 0;
        }
        int known = count;
        return known >= 0 ? known : load();
    }

    private int load() {
        try {
            UninterruptibleFile open = file.acquire();
            try {
                int found = (int) Math.min(open.size() / entrySize, Integer.MAX_VALUE / LARGEST_ENTRY);
                if (!endsInOrder(open, found)) {
                    distrust("its last entry is not above the one before");
                    return 0;
                }
                synchronized (this) {
                    if (count < 0) {
                        count = found;
                    }
                    return count;
                }
            } finally {
                file.release();
            }
        } catch (NoSuchFileException e) {
            distrust("it is not there");
            return 0;
        } catch (IOException e) { // the index may be right: there may be too many files open
            throw Disk.readFailure("opening", file.path(), e);
        }
    }

    /**
     * @return false if the last entry is not above the one before, as in a file that was lengthened by zeros
     */
    private boolean endsInOrder(UninterruptibleFile open, int entries) throws IOException {
        int looked = Math.min(entries, 2);
        ByteBuffer last = ByteBuffer.allocate(looked * entrySize);
        Disk.read(open, last, (long) (entries - looked) * entrySize);
        for (Field field : ascending) {
            long before = -1;
            for (int at = 0; at < looked * entrySize; at += entrySize) {
                if (field.read(last, at) <= before) {
                    return false;
                }
                before = field.read(last, at);
            }
        }
        return true;
    }

    /** A field of an entry. */
    @FunctionalInterface
    interface Field {
        long read(ByteBuffer buffer, int at);
    }

    /** @return a field of entry {@code i} */
    long get(int i, Field field) {
        ByteBuffer buffer = read(i, 1);
        return field.read(buffer, 0);
    }

    /** @return the last entry whose field is at most {@code target}, or -1 */
    int floor(Field field, long target) {
        int low = 0;
        int high = count(); // entries below low are at most target, those from high on are above it
        while (high - low > WINDOW) {
            int middle = (low + high) >>> 1;
            if (get(middle, field) <= target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int first = low;
        ByteBuffer buffer = high > low ? read(low, high - low) : null;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (field.read(buffer, (middle - first) * entrySize) <= target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** @return the bytes of {@code n} entries from {@code first} on; valid until the thread's next call */
    private ByteBuffer read(int first, int n) {
        ByteBuffer buffer = SCRATCH.get().clear().limit(n * entrySize);
        try {
            UninterruptibleFile open = file.acquire();
            try {
                int read = Disk.read(open, buffer, (long) first * entrySize);
                file.requireOwned(); // otherwise a truncation may have replaced these entries
                if (read < n * entrySize) {
                    throw new StorageException(
                            StorageException.Kind.CORRUPT,
                            file.path() + " is shorter than its " + count
                                    + " entries: delete it, it is rebuilt at the next start");
                }
            } finally {
                file.release();
            }
        } catch (IOException e) {
            throw Disk.readFailure("reading entry " + first, file.path(), e);
        }
        return buffer;
    }

    /** @return a buffer for one entry, to be filled and passed to {@link #append} */
    ByteBuffer blank() {
        return SCRATCH.get().clear().limit(entrySize);
    }

    /** Appends an entry. When this throws, the index is unchanged. */
    void append(ByteBuffer entry) throws IOException {
        if (distrusted) {
            return;
        }
        int at = count();
        UninterruptibleFile open = file.acquire();
        try {
            unforced.changed();
            Disk.writeFully(open, entry.flip(), (long) at * entrySize);
            unforced.changed();
        } finally {
            file.release();
        }
        count = at + 1;
    }

    /**
     * @return every whole entry; none when the file does not exist: an index that was not trusted is deleted
     */
    ByteBuffer content() throws IOException {
        try {
            UninterruptibleFile open = file.acquire();
            try {
                int size = (int) Math.min(open.size(), Integer.MAX_VALUE - LARGEST_ENTRY);
                ByteBuffer all = ByteBuffer.allocate(size - size % entrySize);
                Disk.read(open, all, 0);
                return all.flip();
            } finally {
                file.release();
            }
        } catch (NoSuchFileException e) {
            distrust("it is not there");
            return ByteBuffer.allocate(0);
        }
    }

    /**
     * Keeps only the first entries. Call only while no other thread reads.
     *
     * @param entries number of entries to keep
     */
    void truncate(int entries) throws IOException {
        if (distrusted) {
            return;
        }
        UninterruptibleFile open = file.acquire();
        try {
            if (open.size() > (long) entries * entrySize) {
                unforced.changed();
                open.truncate((long) entries * entrySize);
                unforced.changed();
            }
        } finally {
            file.release();
        }
        count = entries;
    }

    /** Makes the entries survive a power cut. */
    void force() throws IOException {
        if (unforced.any() && !distrusted) {
            UninterruptibleFile open = file.acquire();
            try {
                long mark = unforced.mark();
                open.force(false);
                unforced.forced(mark);
            } finally {
                file.release();
            }
        }
    }

    /**
     * Deletes the index, and does not use it while this process runs; the next start rebuilds it.
     *
     * @throws RetiredException if another owner may have changed the file under a reader
     */
    void distrust(String why) {
        if (distrusted) {
            return;
        }
        try {
            file.delete();
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", file.path(), e.getMessage());
        }
        distrusted = true;
        LOG.warn("{} is not used any more: {}; reads scan the log until the next start rebuilds it", file.path(), why);
    }

    /** @return true if it has entries that were not forced, or is not trusted */
    boolean isDirty() {
        return distrusted || unforced.any();
    }

    PooledFile file() {
        return file;
    }
}
