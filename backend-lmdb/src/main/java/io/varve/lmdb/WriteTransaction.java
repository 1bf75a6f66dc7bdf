// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.GetOp;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/** Writes within one LMDB transaction. Used by one thread. */
final class WriteTransaction implements AutoCloseable {
    final Databases databases;
    private final Txn<ByteBuffer> txn;
    private final Map<Dbi<ByteBuffer>, Cursor<ByteBuffer>> cursors = new HashMap<>();
    private final ByteBuffer key;
    private final ByteBuffer value;
    /** The greatest key among the batches: LMDB appends keys above it without a search. */
    private int lastStore = -1;

    private long lastOffset = -1;

    /**
     * @param key scratch memory outside the heap for keys
     * @param value likewise for small values
     */
    WriteTransaction(Txn<ByteBuffer> txn, Databases databases, ByteBuffer key, ByteBuffer value) {
        this.txn = txn;
        this.databases = databases;
        this.key = key;
        this.value = value;
        Cursor<ByteBuffer> batches = cursor(databases.batches());
        if (batches.last()) {
            lastStore = KeyCodec.numberOf(batches.key());
            lastOffset = KeyCodec.offsetOf(batches.key());
        }
    }

    ByteBuffer key() {
        return key;
    }

    ByteBuffer value() {
        return value;
    }

    Cursor<ByteBuffer> cursor(Dbi<ByteBuffer> database) {
        return cursors.computeIfAbsent(database, each -> each.openCursor(txn));
    }

    /**
     * Stores a whole batch.
     *
     * @param last last offset of the batch
     * @param bytes the batch, in memory outside the heap
     */
    void batch(int store, long last, ByteBuffer bytes) {
        Cursor<ByteBuffer> batches = cursor(databases.batches());
        KeyCodec.at(key, store, last);
        if (store > lastStore || store == lastStore && last > lastOffset) {
            batches.put(key, bytes, PutFlags.MDB_APPEND);
            lastStore = store;
            lastOffset = last;
        } else {
            batches.put(key, bytes);
        }
    }

    void state(int number, StoredPartitionState state) {
        cursor(databases.states()).put(KeyCodec.number(key, number), state.write(value));
    }

    void sealed(int number, LmdbSegment segment) {
        value.clear();
        cursor(databases.segments())
                .put(
                        KeyCodec.at(key, number, segment.base),
                        segment.write(value).flip());
    }

    /**
     * Notes that batches of a store are garbage: those whose last offset is at or above {@code from} and
     * below {@code to}.
     */
    void garbage(int store, long from, long to) {
        value.clear().putLong(to).flip();
        cursor(databases.garbage()).put(KeyCodec.at(key, store, from), value);
    }

    /**
     * Removes the entry of {@link #key()}.
     *
     * @return false if there is none
     */
    boolean delete(Dbi<ByteBuffer> database) {
        return database.delete(txn, key);
    }

    /**
     * Removes entries of keys {@code (number, from)} up to {@code (number, to)}, exclusive.
     *
     * @param max max entries to remove
     * @return number of entries removed
     */
    int deleteRange(Dbi<ByteBuffer> database, int number, long from, long to, int max) {
        Cursor<ByteBuffer> cursor = cursor(database);
        int deleted = 0;
        boolean more = cursor.get(KeyCodec.at(key, number, from), GetOp.MDB_SET_RANGE);
        while (more
                && deleted < max
                && KeyCodec.numberOf(cursor.key()) == number
                && KeyCodec.offsetOf(cursor.key()) < to) {
            cursor.delete();
            deleted++;
            // The next entry has moved to this place, on this page or as the first of another.
            more = cursor.get(KeyCodec.at(key, number, from), GetOp.MDB_SET_RANGE);
        }
        return deleted;
    }

    /** Removes every entry whose key begins with a number. */
    void deleteAll(Dbi<ByteBuffer> database, int number) {
        Cursor<ByteBuffer> cursor = cursor(database);
        while (cursor.get(KeyCodec.number(key, number), GetOp.MDB_SET_RANGE)
                && KeyCodec.numberOf(cursor.key()) == number) {
            cursor.delete();
        }
    }

    /** Assigns a number. No number is assigned twice. */
    int nextNumber() {
        KeyCodec.number(key, KeyCodec.NEXT_NUMBER_KEY);
        int next = databases.meta().get(txn, key).getInt(0);
        cursor(databases.meta()).put(key, value.clear().putInt(next + 1).flip());
        return next;
    }

    /** @return pages in use after this transaction, without those of LMDB's own list of free pages */
    long livePages() {
        long pages = 0;
        for (Dbi<ByteBuffer> database : databases.all()) {
            var stat = database.stat(txn);
            pages += stat.branchPages + stat.leafPages + stat.overflowPages;
        }
        return pages;
    }

    /** Closes the cursors; they must not outlive the transaction. */
    @Override
    public void close() {
        cursors.values().forEach(Cursor::close);
        cursors.clear();
    }
}
