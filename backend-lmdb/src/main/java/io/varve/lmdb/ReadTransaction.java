// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * Reads within one LMDB transaction, with a cursor over the batches. One thread after another uses it; memory
 * of the map that it returns is valid within one use only.
 */
final class ReadTransaction implements AutoCloseable {
    private final Txn<ByteBuffer> txn;
    private final Cursor<ByteBuffer> batches;
    private final ByteBuffer key = ByteBuffer.allocateDirect(KeyCodec.MAX_KEY_BYTES);

    private ReadTransaction(Txn<ByteBuffer> txn, Cursor<ByteBuffer> batches) {
        this.txn = txn;
        this.batches = batches;
    }

    /** @param txn an active transaction; {@link #close} closes it, or this method if it throws */
    static ReadTransaction open(Txn<ByteBuffer> txn, Databases databases) {
        try {
            return new ReadTransaction(txn, databases.batches().openCursor(txn));
        } catch (RuntimeException e) {
            txn.close();
            throw e;
        }
    }

    void renew() {
        txn.renew();
        batches.renew(txn);
    }

    void reset() {
        txn.reset();
    }

    ByteBuffer key() {
        return key;
    }

    /** @return the value of {@link #key()}, or null */
    ByteBuffer get(Dbi<ByteBuffer> database) {
        return database.get(txn, key);
    }

    /** Visits entries; returns false to end the scan. */
    @FunctionalInterface
    interface EntryVisitor {
        boolean visit(ByteBuffer key, ByteBuffer value);
    }

    /** Scans a database from the key {@code from} on; from its beginning when {@code from} is empty. */
    void scan(Dbi<ByteBuffer> database, ByteBuffer from, EntryVisitor visitor) {
        try (Cursor<ByteBuffer> cursor = database.openCursor(txn)) {
            boolean more = from.hasRemaining() ? cursor.get(from, GetOp.MDB_SET_RANGE) : cursor.first();
            while (more && visitor.visit(cursor.key().duplicate(), cursor.val().duplicate())) {
                more = cursor.next();
            }
        }
    }

    boolean hasEntries(Dbi<ByteBuffer> database) {
        try (Cursor<ByteBuffer> cursor = database.openCursor(txn)) {
            return cursor.first();
        }
    }

    private boolean seek(int store, long offset) {
        return batches.get(KeyCodec.at(key, store, offset), GetOp.MDB_SET_RANGE);
    }

    private boolean isWithin(int store, long end) {
        return KeyCodec.numberOf(batches.key()) == store && KeyCodec.offsetOf(batches.key()) < end;
    }

    /**
     * Copies whole batches of one segment.
     *
     * @param store the store number of the segment
     * @param offset offset to start at: with the batch that contains it, or the first after it
     * @param end end offset of the segment, exclusive
     * @param limit end offset of the read: no batch may reach it
     * @param maxBytes max bytes, unless the first batch is larger
     * @param verify whether to verify checksums
     * @return the batches; the empty slice if the first of them reaches {@code limit}; null if there is none
     * @throws StorageException CORRUPT if the first of them is damaged
     */
    LmdbSlice batches(int store, long offset, long end, long limit, int maxBytes, boolean verify, ReadBuffers buffers) {
        if (!seek(store, offset) || !isWithin(store, end)) {
            return null;
        }
        List<ByteBuffer> found = new ArrayList<>();
        long bytes = 0;
        long before = -1;
        do {
            long last = KeyCodec.offsetOf(batches.key());
            ByteBuffer batch = batches.val();
            if (last >= limit || !found.isEmpty() && bytes + batch.remaining() > maxBytes) {
                break;
            }
            String damage = damage(batch, before, last, verify);
            if (damage != null && found.isEmpty()) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT,
                        "the batch up to offset " + last + " under number " + store + " is damaged: " + damage);
            }
            if (damage != null) {
                break; // the next read throws it
            }
            found.add(batch.duplicate());
            bytes += batch.remaining();
            before = last;
        } while (batches.next() && isWithin(store, end));
        if (found.isEmpty()) {
            return LmdbSlice.EMPTY;
        }
        ByteBuffer copy = buffers.acquire((int) bytes);
        found.forEach(copy::put);
        return new LmdbSlice(buffers, copy.flip());
    }

    /**
     * Checks a stored batch: its length and offsets, and with {@code verify} its checksum.
     *
     * @param before last offset of the batch before
     * @param last last offset by its key
     * @return what is wrong with the batch, or null
     */
    private static String damage(ByteBuffer batch, long before, long last, boolean verify) {
        try {
            int size = verify
                    ? BatchValidator.validate(batch, 0, batch.limit())
                    : BatchValidator.frame(batch, 0, batch.limit());
            if (size != batch.limit()) {
                return "its header says " + size + " bytes, " + batch.limit() + " are stored";
            }
            long found = BatchHeader.lastOffset(batch, 0);
            long base = BatchHeader.baseOffset(batch, 0);
            if (found != last) {
                return "its header says it ends with offset " + found;
            }
            return base > before && base <= last ? null : "its header says it begins with offset " + base;
        } catch (InvalidBatchException e) {
            return e.getMessage();
        }
    }

    /**
     * Searches some batches of one segment for a timestamp.
     *
     * @param max max batches to read
     * @return the batch found, or the offset at which to go on
     */
    TimestampSearch firstAtOrAfter(long timestamp, int store, long offset, long end, int max) {
        boolean more = seek(store, offset);
        long next = offset;
        for (int i = 0; more && isWithin(store, end); i++) {
            if (i == max) {
                return new TimestampSearch(null, next);
            }
            ByteBuffer batch = batches.val();
            long reached = BatchHeader.maxTimestamp(batch, 0);
            if (reached >= timestamp) {
                return new TimestampSearch(new OffsetAt(BatchHeader.baseOffset(batch, 0), reached), next);
            }
            next = KeyCodec.offsetOf(batches.key()) + 1;
            more = batches.next();
        }
        return new TimestampSearch(null, end);
    }

    /**
     * The outcome of a search.
     *
     * @param found the first batch with the timestamp or a later one, or null
     * @param next offset at which to go on; the segment's end when all of it was searched
     */
    record TimestampSearch(OffsetAt found, long next) {}

    @Override
    public void close() {
        batches.close();
        txn.close();
    }
}
