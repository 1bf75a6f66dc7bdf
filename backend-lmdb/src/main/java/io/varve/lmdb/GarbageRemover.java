// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.Set;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;

/**
 * Removes batches that nobody needs any more, in steps: the change that made them garbage only notes their range of keys, so that neither
 * a deletion nor a trim of many batches keeps others from committing. The notes outlive a crash. Stateless.
 */
final class GarbageRemover {
    /** Entries removed at most by one step: some milliseconds. */
    static final int STEP = 2048;

    private GarbageRemover() {}

    /**
     * @param aside stores to leave alone: what is being put there is garbage only if its process dies
     * @return true if something is left for another step
     */
    static boolean step(WriteTransaction view, Set<Integer> aside) {
        Cursor<ByteBuffer> notes = view.cursor(view.databases.garbage());
        int left = STEP;
        boolean more = notes.first();
        while (more) {
            int store = KeyCodec.numberOf(notes.key());
            if (aside.contains(store)) {
                more = notes.next();
                continue;
            }
            long from = KeyCodec.offsetOf(notes.key());
            left -= remove(view, notes, left);
            if (left <= 0) {
                return true;
            }
            more = notes.get(KeyCodec.at(view.key(), store, from), GetOp.MDB_SET_RANGE);
        }
        return false;
    }

    /** Removes all garbage of one store, however much: its keys are to be used again. */
    static void removeAll(WriteTransaction view, int store) {
        Cursor<ByteBuffer> notes = view.cursor(view.databases.garbage());
        while (notes.get(KeyCodec.at(view.key(), store, 0), GetOp.MDB_SET_RANGE)
                && KeyCodec.numberOf(notes.key()) == store) {
            remove(view, notes, Integer.MAX_VALUE);
        }
    }

    /** Removes what the note under the cursor tells of, and the note when nothing is left of it. */
    private static int remove(WriteTransaction view, Cursor<ByteBuffer> notes, int most) {
        int store = KeyCodec.numberOf(notes.key());
        long from = KeyCodec.offsetOf(notes.key());
        long to = notes.val().getLong(0);
        int removed = view.deleteRange(view.databases.batches(), store, from, to, most);
        if (removed < most) {
            KeyCodec.at(view.key(), store, from);
            view.delete(view.databases.garbage());
        }
        return removed;
    }
}
