// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.RecordBytes.invalid;

import io.varve.core.record.InvalidBatchException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Rewrites a batch with some of its records, or with another compression. Records are streamed from the old
 * form into the new one: only the new batch is held in memory, never a decompressed record. Offsets, leader
 * epoch, producer, sequence, flags and timestamps stay. Used once; not thread-safe.
 */
public final class BatchRewriter {
    private static final int MAX_VARINT_BYTES = 5;
    private static final int COPY_BYTES = 8192;

    private final ByteBuffer buffer;
    private final int at;
    private final Compressor compressor;
    private final DecompressionMeter meter;
    private BitSet kept;
    private long newHorizon;
    private boolean setsHorizon;
    private int maxBytes = Integer.MAX_VALUE - 8;
    private long maxTimestamp = BatchHeader.NO_TIMESTAMP;
    private int left;

    /**
     * @param buffer holds a batch that {@link BatchValidator#validate} accepted; neither changed nor moved
     * @param at the batch's first byte
     * @param compressor compresses the new batch
     * @param meter counts decompressed bytes; its exception ends the rewriting
     */
    public BatchRewriter(ByteBuffer buffer, int at, Compressor compressor, DecompressionMeter meter) {
        this.buffer = buffer;
        this.at = at;
        this.compressor = compressor;
        this.meter = meter;
    }

    /** @param records the records to keep, by their number in the batch, from 0; all by default */
    public BatchRewriter keep(BitSet records) {
        kept = records;
        return this;
    }

    /**
     * @param time when compaction may remove the batch's tombstones or markers, in ms since the epoch
     *     (KIP-534)
     */
    public BatchRewriter deleteHorizon(long time) {
        newHorizon = time;
        setsHorizon = true;
        return this;
    }

    /** @param bytes max bytes of the new batch, header included; unlimited by default */
    public BatchRewriter atMost(int bytes) {
        maxBytes = bytes;
        return this;
    }

    /**
     * Writes the batch.
     *
     * @return the batch from position to limit, big-endian, on the heap, writable
     * @throws InvalidBatchException if its records are damaged; TOO_LARGE if it exceeds {@link #atMost}
     */
    public ByteBuffer rewritten() {
        RecordOutput batch = new RecordOutput();
        batch.resize(BatchHeader.SIZE);
        RecordBytes.Limits limits = RecordBytes.Limits.ofPieces(Integer.MAX_VALUE, meter);
        try (RecordBytes records = RecordIterator.bytes(buffer, at, limits);
                OutputStream out = compressor.codec().compress(new Bounded(batch, maxBytes), compressor.level())) {
            copy(records, out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory refused bytes", e);
        }
        return header(batch.view());
    }

    private void copy(RecordBytes records, OutputStream out) throws IOException {
        int count = BatchHeader.recordCount(buffer, at);
        long base = BatchHeader.baseTimestamp(buffer, at);
        long newBase = setsHorizon ? newHorizon : base;
        RecordOutput head = new RecordOutput();
        byte[] piece = new byte[COPY_BYTES];
        for (int i = 0; i < count; i++) {
            records.confine(MAX_VARINT_BYTES);
            int length = records.varint();
            if (length < 0) {
                throw invalid("record " + i + " has length " + length);
            }
            records.confine(length);
            byte attributes = records.next();
            long timestamp = base + records.varlong();
            if (kept != null && !kept.get(i)) {
                records.skip(records.left());
                continue;
            }
            head.resize(0);
            head.write(attributes);
            head.varlong(timestamp - newBase);
            int size = head.size();
            head.resize(0);
            head.varint(Math.addExact(size, records.left()));
            head.write(attributes);
            head.varlong(timestamp - newBase);
            head.copyTo(0, out);
            records.copyTo(out, piece);
            maxTimestamp = Math.max(maxTimestamp, timestamp);
            left++;
        }
        if (records.fill(1) > 0) {
            throw invalid("bytes follow the last of " + count + " records");
        }
    }

    private ByteBuffer header(ByteBuffer batch) {
        batch.put(0, buffer, at, BatchHeader.SIZE);
        int attributes = BatchHeader.attributes(buffer, at) & ~BatchHeader.CODEC_MASK
                | compressor.codec().id();
        if (setsHorizon) {
            attributes |= BatchHeader.DELETE_HORIZON_FLAG;
            batch.putLong(BatchHeader.BASE_TIMESTAMP, newHorizon);
        }
        batch.putInt(BatchHeader.LENGTH, batch.limit() - BatchHeader.LOG_OVERHEAD);
        batch.putShort(BatchHeader.ATTRIBUTES, (short) attributes);
        if (!BatchHeader.isLogAppendTime(buffer, at)) {
            batch.putLong(BatchHeader.MAX_TIMESTAMP, maxTimestamp);
        }
        batch.putInt(BatchHeader.RECORD_COUNT, left);
        batch.putInt(BatchHeader.CRC, (int) BatchHeader.computeCrc(batch, 0));
        return batch;
    }

    /** Throws when a batch becomes too large, before it takes the memory. */
    private static final class Bounded extends OutputStream {
        private final RecordOutput out;
        private final int max;

        Bounded(RecordOutput out, int max) {
            this.out = out;
            this.max = max;
        }

        @Override
        public void write(int value) {
            require(1);
            out.write(value);
        }

        @Override
        public void write(byte[] from, int start, int length) {
            require(length);
            out.write(from, start, length);
        }

        private void require(int more) {
            if (more > max - out.size()) {
                throw new InvalidBatchException(
                        Kind.TOO_LARGE, "the batch takes more than " + max + " bytes as it is to be stored");
            }
        }
    }
}
