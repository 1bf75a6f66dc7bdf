// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordIterator;
import java.nio.ByteBuffer;

/**
 * Collects the newest offset of each key of a dirty part, front to back, until the part ends or there is no
 * space for another key. Not thread-safe.
 */
final class KeyScan implements BatchWalk.Visitor {
    private final KeyOffsets keys;
    private final TransactionOutcomes fates;
    private final long from;
    private long keysTo;

    KeyScan(KeyOffsets keys, TransactionOutcomes fates, long from) {
        this.keys = keys;
        this.fates = fates;
        this.from = from;
        this.keysTo = from;
    }

    @Override
    public boolean batch(ByteBuffer buffer, int at) {
        if (BatchHeader.isControl(buffer, at)) {
            fates.onMarker(buffer, at);
        } else if (!fates.onData(buffer, at) && !records(buffer, at)) {
            return false;
        }
        reached(BatchHeader.nextOffset(buffer, at));
        return true;
    }

    private boolean records(ByteBuffer buffer, int at) {
        if (!isReadable(buffer, at)) {
            return true; // the batch stays unchanged, and the filter counts it
        }
        keys.forget();
        try (RecordIterator records = RecordIterator.withKeysTo(buffer, at, keys::feed)) {
            while (records.next()) {
                if (records.offset() < from || !records.hasKey()) {
                    keys.forget();
                } else if (!keys.put(records.offset())) {
                    reached(records.offset());
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Tells whether all records of a batch can be read. If not, none of its keys count: no reader gets those
     * records, so an older record of the key is its newest.
     */
    private static boolean isReadable(ByteBuffer buffer, int at) {
        try (RecordIterator records = RecordIterator.withKeysTo(buffer, at, key -> {})) {
            while (records.next()) {}
            return true;
        } catch (InvalidBatchException breaksOff) {
            return false;
        }
    }

    /** Records that all offsets below {@code offset} were scanned, gaps included. */
    void reached(long offset) {
        keysTo = Math.max(keysTo, offset);
    }

    /** @return end of the offsets whose keys are known, exclusive */
    long keysTo() {
        return keysTo;
    }
}
