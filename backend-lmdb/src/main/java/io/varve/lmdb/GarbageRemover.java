// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.Set;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;

/**
 * Removes batches that no segment refers to any more, in steps. The change that makes batches garbage only
 * notes their range of keys: so neither a deletion nor a trim of many batches delays other commits. The notes
 * survive a crash. Stateless.
 */
final class GarbageRemover {
    /** Max entries that one step removes; a step takes some ms. */
    static final int STEP = 2048;

    private GarbageRemover() {}

    /**
     * Removes some garbage.
     *
     * @param unpublishedStores stores to skip: a replacement still writes them, and they are garbage only if
     *     the process dies
     * @return true if garbage is left for another step
     */
    static boolean step(WriteTransaction txn, Set<Integer> unpublishedStores) {
        Cursor<ByteBuffer> notes = txn.cursor(txn.databases.garbage());
        int left = STEP;
        boolean more = notes.first();
        while (more) {
            int store = KeyCodec.numberOf(notes.key());
            if (unpublishedStores.contains(store)) {
                more = notes.next();
                continue;
            }
            long from = KeyCodec.offsetOf(notes.key());
            left -= remove(txn, notes, left);
            if (left <= 0) {
                return true;
            }
            more = notes.get(KeyCodec.at(txn.key(), store, from), GetOp.MDB_SET_RANGE);
        }
        return false;
    }

    /** Removes all garbage of one store, however much: its keys are about to be used again. */
    static void removeAll(WriteTransaction txn, int store) {
        Cursor<ByteBuffer> notes = txn.cursor(txn.databases.garbage());
        while (notes.get(KeyCodec.at(txn.key(), store, 0), GetOp.MDB_SET_RANGE)
                && KeyCodec.numberOf(notes.key()) == store) {
            remove(txn, notes, Integer.MAX_VALUE);
        }
    }

    /**
     * Removes batches in the range of the note at the cursor, and the note when its range is empty.
     *
     * @return number of batches removed
     */
    private static int remove(WriteTransaction txn, Cursor<ByteBuffer> notes, int max) {
        int store = KeyCodec.numberOf(notes.key());
        long from = KeyCodec.offsetOf(notes.key());
        long to = notes.val().getLong(0);
        int removed = txn.deleteRange(txn.databases.batches(), store, from, to, max);
        if (removed < max) {
            KeyCodec.at(txn.key(), store, from);
            txn.delete(txn.databases.garbage());
        }
        return removed;
    }
}
