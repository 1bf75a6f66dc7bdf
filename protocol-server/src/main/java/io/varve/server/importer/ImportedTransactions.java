// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.RecordIterator;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds how the transactions of one partition ended, by walking its batches in order: a producer's records
 * belong to its next marker. Not thread-safe.
 */
final class ImportedTransactions {
    private static final int MAX_MARKER_BYTES = 1 << 16;

    /** First offset of each producer's transaction that has no marker yet. */
    private final Map<Long, Long> undecided = new HashMap<>();
    /** By producer: first offset of an aborted transaction → offset of its marker. */
    private final Map<Long, TreeMap<Long, Long>> aborted = new HashMap<>();

    /** Notes a batch of any kind. */
    void note(ByteBuffer bytes, int at) {
        if (!BatchHeader.isTransactional(bytes, at)) {
            return;
        }
        long producer = BatchHeader.producerId(bytes, at);
        long offset = BatchHeader.baseOffset(bytes, at);
        boolean empty = BatchHeader.recordCount(bytes, at) == 0;
        if (!BatchHeader.isControl(bytes, at)) {
            if (!empty) {
                undecided.putIfAbsent(producer, offset);
            }
            return;
        }
        if (empty) {
            undecided.remove(producer); // compaction empties a marker only when the transaction's records are gone
            return;
        }
        try (RecordIterator records = RecordIterator.of(bytes, at, MAX_MARKER_BYTES)) {
            while (records.next()) {
                end(producer, records.offset(), records.controlType());
            }
        }
    }

    private void end(long producer, long marker, ControlType type) {
        if (type == ControlType.UNKNOWN) {
            return;
        }
        Long first = undecided.remove(producer);
        if (first != null && type == ControlType.ABORT) {
            abort(producer, first, marker);
        }
    }

    private void abort(long producer, long first, long end) {
        aborted.computeIfAbsent(producer, id -> new TreeMap<>()).put(first, end);
    }

    /** @return first offset by producer of the transactions whose end is not in the log */
    Map<Long, Long> undecided() {
        return Map.copyOf(undecided);
    }

    /** Counts transactions without an end as aborted. */
    void abortUndecided() {
        undecided.forEach((producer, first) -> abort(producer, first, Long.MAX_VALUE));
        undecided.clear();
    }

    /** @return true for a batch of aborted records; never for a marker */
    boolean isAborted(ByteBuffer bytes, int at) {
        if (aborted.isEmpty() || !BatchHeader.isTransactional(bytes, at) || BatchHeader.isControl(bytes, at)) {
            return false;
        }
        TreeMap<Long, Long> spans = aborted.get(BatchHeader.producerId(bytes, at));
        long offset = BatchHeader.baseOffset(bytes, at);
        Map.Entry<Long, Long> span = spans == null ? null : spans.floorEntry(offset);
        return span != null && offset < span.getValue();
    }
}
