// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.Set;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;

/**
 * Removes batches that nothing refers to any more, in steps. The change that made them garbage only notes
 * their range of keys, so that neither a deletion nor a trim of many batches keeps others from committing.
 * The notes outlive a crash. Stateless.
 */
final class GarbageRemover {
    /** Max entries that one step removes: it takes some milliseconds. */
    static final int STEP = 2048;

    private GarbageRemover() {}

    /**
     * @param unpublishedStores stores to leave alone: what is being put there is garbage only if its
     *     process dies
     * @return true if something is left for another step
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

    /** Removes all garbage of one store, however much: its keys are to be used again. */
    static void removeAll(WriteTransaction txn, int store) {
        Cursor<ByteBuffer> notes = txn.cursor(txn.databases.garbage());
        while (notes.get(KeyCodec.at(txn.key(), store, 0), GetOp.MDB_SET_RANGE)
                && KeyCodec.numberOf(notes.key()) == store) {
            remove(txn, notes, Integer.MAX_VALUE);
        }
    }

    /** Removes what the note under the cursor tells of, and the note when nothing is left of it. */
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
