// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.compaction;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.ControlType;
import io.varve.core.record.EndOfTransaction;
import io.varve.core.record.RecordIterator;
import io.varve.core.transaction.AbortedTransaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads as a consumer with {@code isolation.level=read_committed} does, by the rules of Kafka's client. */
final class CommittedReader {
    /** A record as the consumer gets it. */
    record Seen(long offset, String key, String value, long timestamp) {}

    private final PartitionLog log;
    private final List<Seen> seen = new ArrayList<>();

    private CommittedReader(PartitionLog log) {
        this.log = log;
    }

    /**
     * @param maxBytes most bytes for one fetch
     * @return every record from the start up to the last stable offset
     */
    static List<Seen> readAll(PartitionLog log, int maxBytes) {
        CommittedReader reader = new CommittedReader(log);
        long offset = log.logStartOffset();
        for (long next = reader.fetch(offset, maxBytes); next > offset; next = reader.fetch(offset, maxBytes)) {
            offset = next;
        }
        return reader.seen;
    }

    private long fetch(long from, int maxBytes) {
        ReadResult read = log.reader().read(from, maxBytes, Isolation.READ_COMMITTED);
        try (var slice = read.slice()) {
            ByteBuffer bytes = slice.buffer();
            List<AbortedTransaction> ahead =
                    slice.sizeInBytes() == 0 ? List.of() : new ArrayList<>(read.abortedTransactions(from));
            Set<Long> leftOut = new HashSet<>();
            long next = from;
            for (int at = bytes.position(); at < bytes.limit(); ) {
                int size = BatchValidator.validate(bytes, at, bytes.limit());
                long base = BatchHeader.baseOffset(bytes, at);
                if (next > from && base < next) {
                    throw new AssertionError("a batch at " + base + " where " + next + " is due");
                }
                next = BatchHeader.nextOffset(bytes, at);
                long last = next - 1;
                ahead.removeIf(one -> one.firstOffset() <= last && leftOut.add(one.producerId()));
                take(bytes, at, from, leftOut);
                at += size;
            }
            return next;
        }
    }

    private void take(ByteBuffer bytes, int at, long from, Set<Long> leftOut) {
        long producer = BatchHeader.producerId(bytes, at);
        if (BatchHeader.isControl(bytes, at)) {
            if (EndOfTransaction.read(bytes, at)
                    .filter(end -> end.type() == ControlType.ABORT)
                    .isPresent()) {
                leftOut.remove(producer);
            }
        } else if (!BatchHeader.isTransactional(bytes, at) || !leftOut.contains(producer)) {
            try (RecordIterator records = RecordIterator.of(bytes, at, Integer.MAX_VALUE)) {
                while (records.next()) {
                    if (records.offset() >= from) {
                        seen.add(new Seen(
                                records.offset(), text(records.key()), text(records.value()), records.timestamp()));
                    }
                }
            }
        }
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
