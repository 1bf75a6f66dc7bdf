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
 * Appends entries of one size to an index file, in ascending order, and searches them. New entries stay in
 * memory until {@link #write} takes them to the file in one block; of the others memory holds only their
 * count. The index can be rebuilt from the log: so it is written without precautions, and each answer is
 * checked. One writer, any number of readers.
 */
final class IndexFile {
    private static final Logger LOG = LoggerFactory.getLogger(IndexFile.class);
    /** Number of entries that a search reads at once. */
    private static final int WINDOW = 128;

    private static final int LARGEST_ENTRY = 12;
    /** A search begins so that this part of a window lies behind the entry found last. */
    private static final int BEHIND = 8;
    /** Number of entries that memory first has space for: most segments are idle, or short. */
    private static final int FIRST_UNWRITTEN = 8;

    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(WINDOW * LARGEST_ENTRY));

    private final PooledFile file;
    private final int entrySize;
    private final List<EntrySearch.EntryField> ascending;
    private volatile int count;
    /** The entries that are not in the file; null if all are. Changed by the writer, before the count. */
    private volatile Unwritten unwritten;

    private volatile boolean distrusted;
    /** Where the next search begins: readers in order look near the entry found last. Any value is right. */
    private int nearby;

    private final UnforcedChanges unforced = new UnforcedChanges();

    /**
     * Entries that are not in the file. The bytes of an entry do not change while it is counted, so readers
     * need no lock.
     *
     * @param first number of the first entry
     * @param bytes the entries, from byte 0 on; how many there are says the count
     */
    private record Unwritten(int first, ByteBuffer bytes) {
        Unwritten grown() {
            return new Unwritten(
                    first, ByteBuffer.allocate(2 * bytes.capacity()).put(0, bytes, 0, bytes.capacity()));
        }
    }

    /**
     * @param ascending the fields of an entry: each is above that of the entry before, and never negative
     * @param isNew true if the file was just created, and so has no entries: then it is not opened before
     *     there is a block to write
     */
    IndexFile(PooledFile file, int entrySize, List<EntrySearch.EntryField> ascending, boolean isNew) {
        this.count = isNew ? 0 : -1;
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
        for (EntrySearch.EntryField field : ascending) {
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

    /** @return a field of entry {@code i} */
    long get(int i, EntrySearch.EntryField field) {
        ByteBuffer buffer = read(i, 1);
        return field.read(buffer, 0);
    }

    /** @return the last entry whose field is at most {@code target}, or -1 */
    int floor(EntrySearch.EntryField field, long target) {
        int found = new EntrySearch(this::read, entrySize, WINDOW).floor(field, target, count(), nearby);
        nearby = found - WINDOW / BEHIND;
        return found;
    }

    /** @return the bytes of {@code n} entries from {@code first} on; valid until the thread's next call */
    private ByteBuffer read(int first, int n) {
        ByteBuffer buffer = SCRATCH.get().clear().limit(n * entrySize);
        Unwritten memory = unwritten; // after the count: what is counted and not in memory is in the file
        int inFile = memory == null ? n : Math.max(0, Math.min(n, memory.first - first));
        if (inFile > 0) {
            readFile(first, buffer.limit(inFile * entrySize));
        }
        if (inFile < n) {
            int at = inFile * entrySize;
            buffer.limit(n * entrySize);
            buffer.put(at, memory.bytes, (first + inFile - memory.first) * entrySize, buffer.limit() - at);
            file.requireOwned();
        }
        return buffer;
    }

    private void readFile(int first, ByteBuffer buffer) {
        try {
            UninterruptibleFile open = file.acquire();
            try {
                int read = Disk.read(open, buffer, (long) first * entrySize);
                file.requireOwned(); // otherwise a truncation may have replaced these entries
                if (read < buffer.limit()) {
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
    }

    /** @return a buffer for one entry, to be filled and passed to {@link #append} */
    ByteBuffer blank() {
        return SCRATCH.get().clear().limit(entrySize);
    }

    /** Appends an entry in memory. */
    void append(ByteBuffer entry) {
        if (distrusted) {
            return;
        }
        int at = count();
        Unwritten memory = unwritten;
        if (memory == null) {
            memory = new Unwritten(at, ByteBuffer.allocate(FIRST_UNWRITTEN * entrySize));
        }
        int position = (at - memory.first) * entrySize;
        if (position == memory.bytes.capacity()) {
            memory = memory.grown();
        }
        memory.bytes.put(position, entry.flip(), 0, entrySize);
        unwritten = memory;
        count = at + 1;
    }

    /** @return number of entries that are in memory only */
    int unwritten() {
        Unwritten memory = unwritten;
        return memory == null ? 0 : count - memory.first;
    }

    /** Writes the entries in memory to the file. When this throws, they are still in memory. */
    void write() throws IOException {
        Unwritten memory = unwritten;
        if (memory == null || distrusted) {
            return;
        }
        UninterruptibleFile open = file.acquire();
        try {
            unforced.changed();
            ByteBuffer block = memory.bytes.slice(0, (count - memory.first) * entrySize);
            Disk.writeFully(open, block, (long) memory.first * entrySize);
            unforced.changed();
        } finally {
            file.release();
        }
        unwritten = null;
    }

    /**
     * @return every whole entry; none when the file does not exist: an index that was not trusted is deleted
     */
    ByteBuffer content() throws IOException {
        Unwritten memory = unwritten;
        int inMemory = unwritten() * entrySize;
        try {
            UninterruptibleFile open = file.acquire();
            try {
                long end = memory == null ? open.size() : (long) memory.first * entrySize;
                int size = (int) Math.min(end, Integer.MAX_VALUE - LARGEST_ENTRY - inMemory);
                ByteBuffer all = ByteBuffer.allocate(size - size % entrySize + inMemory);
                Disk.read(open, all.limit(all.capacity() - inMemory), 0);
                if (inMemory > 0) {
                    all.limit(all.capacity()).put(memory.bytes.slice(0, inMemory));
                }
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
        Unwritten memory = unwritten;
        int inFile = memory == null ? entries : Math.min(entries, memory.first);
        UninterruptibleFile open = file.acquire();
        try {
            if (open.size() > (long) inFile * entrySize) {
                unforced.changed();
                open.truncate((long) inFile * entrySize);
                unforced.changed();
            }
        } finally {
            file.release();
        }
        if (inFile == entries) {
            unwritten = null;
        }
        count = entries;
    }

    /**
     * Makes the entries survive a power cut. Those in memory that cannot be written are left out: an index
     * without its last entries answers as before, with more of the log read.
     */
    void force() throws IOException {
        try {
            write();
        } catch (IOException e) {
            LOG.debug("The last entries of {} cannot be written", file.path(), e);
        }
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
        return distrusted || unwritten != null || unforced.any();
    }

    PooledFile file() {
        return file;
    }
}
