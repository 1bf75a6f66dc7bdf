// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.RecordBytes.invalid;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks every record of a producer's batch before the batch is stored: every field that a later reader uses.
 * Uncompressed records are read in place, without an object per record; compressed ones are streamed in
 * little memory. Not thread-safe.
 */
public final class RecordWalk extends VarintReader {
    /** Max number of faults reported for a batch. */
    static final int MAX_FAULTS = 1000;

    private static final int NONE = -1;

    private final RecordRules rules;
    private final boolean stamped;
    private final long claimed;
    private final long baseTimestamp;
    private long maxTimestamp = BatchHeader.NO_TIMESTAMP;
    private List<RecordFault> faults;

    /** Where the bytes end that may be read next: those of a record, or of all. */
    private int end;

    private RecordWalk(ByteBuffer bytes, int at, RecordRules rules) {
        super(bytes, at + BatchHeader.SIZE);
        this.rules = rules;
        stamped = BatchHeader.isLogAppendTime(bytes, at);
        claimed = BatchHeader.maxTimestamp(bytes, at);
        baseTimestamp = BatchHeader.baseTimestamp(bytes, at);
    }

    /**
     * Walks a batch.
     *
     * @param buffer holds a batch that {@link BatchValidator#validateFromClient} accepted; neither changed
     *     nor moved
     * @param at the batch's first byte
     * @param rules what each record must satisfy
     * @param meter counts decompressed bytes; its exception ends the walk
     * @return the max timestamp and the faults of the records
     * @throws InvalidBatchException INVALID_RECORD if the records are not sound; NOT_DECOMPRESSIBLE;
     *     TOO_LARGE if a compressed record exceeds the rules' limit
     */
    public static RecordWalk over(ByteBuffer buffer, int at, RecordRules rules, DecompressionMeter meter) {
        RecordWalk walk = new RecordWalk(buffer, at, rules);
        if (BatchHeader.codecId(buffer, at) == Codec.NONE.id()) {
            walk.plain(BatchHeader.recordCount(buffer, at), at + BatchHeader.sizeInBytes(buffer, at));
        } else {
            walk.compressed(buffer, at, meter);
        }
        return walk;
    }

    /** @return largest timestamp of a record, in ms since the epoch, or -1 */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    /** @return the faulty records, in order; the first 1,000 of more */
    public List<RecordFault> faults() {
        return faults == null ? List.of() : faults;
    }

    private void plain(int count, int batchEnd) {
        for (int i = 0; i < count; i++) {
            end = batchEnd;
            int length = varint();
            if (length < 0 || length > batchEnd - at) {
                throw invalid("record " + i + " of " + count + " claims " + length + " bytes, " + (batchEnd - at)
                        + " are left");
            }
            end = at + length;
            record(i);
        }
        if (at != batchEnd) {
            throw invalid(batchEnd - at + " bytes follow the last of " + count + " records");
        }
    }

    private void record(int index) {
        pass(1);
        long timestamp = baseTimestamp + varlong();
        int delta = varint();
        if (delta != index) {
            throw invalid("record " + index + " has offset delta " + delta + ", must be " + index);
        }
        int keySize = sized();
        sized();
        int headers = varint();
        if (headers < 0) {
            throw invalid("record " + index + " has header count " + headers);
        }
        for (int i = 0; i < headers; i++) {
            if (sized() == NONE) {
                throw invalid("header of record " + index + " has no key");
            }
            sized();
        }
        if (at != end) {
            throw invalid("record " + index + " has " + (end - at) + " bytes after its last field");
        }
        judge(index, timestamp, keySize != NONE);
    }

    private void compressed(ByteBuffer buffer, int from, DecompressionMeter meter) {
        try (RecordIterator records = RecordIterator.metered(buffer, from, rules.maxRecordBytes(), meter)) {
            for (int i = 0; records.next(); i++) {
                judge(i, records.producerTimestamp(), records.hasKey());
            }
        }
    }

    private void judge(int index, long timestamp, boolean hasKey) {
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
        }
        // A batch with the flag of log-append time states one timestamp for all records. Kafka checks that
        // one, although it stores the batch with the producer's timestamps.
        RecordFault fault = rules.judge(index, stamped ? claimed : timestamp, hasKey, stamped);
        if (fault != null) {
            faults = faults == null ? new ArrayList<>() : faults;
            if (faults.size() < MAX_FAULTS) {
                faults.add(fault);
            }
        }
    }

    /**
     * Skips a field that begins with its length.
     *
     * @return the length, -1 for none
     */
    private int sized() {
        int size = varint();
        if (size < NONE) {
            throw invalid("a field has length " + size);
        }
        if (size > 0) {
            pass(size);
        }
        return size;
    }

    private void pass(int count) {
        if (count > present()) {
            throw invalid("a field claims " + count + " bytes, " + present() + " are left in its record");
        }
        at += count;
    }

    @Override
    int present() {
        return end - at;
    }

    @Override
    byte next() {
        if (at >= end) {
            throw invalid("a record ends within a field");
        }
        return bytes.get(at++);
    }
}
