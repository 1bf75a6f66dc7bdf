// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.InvalidBatchException.Kind;
import io.varve.core.record.RecordIterator;
import io.varve.core.spi.BatchSlice;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Converts stored batches into messages of magic 0 or 1. Headers are dropped; control batches are left out. A
 * batch that is not compressed becomes as many messages, a compressed one a wrapper with its codec, or
 * several where one would exceed the limit. Records below the offset that the client wants are left out, also
 * those of a wrapper. One batch as it is stored, one record and the messages are in memory. Not thread-safe.
 */
final class DownConversion {
    /**
     * What became of some batches.
     *
     * @param messages the messages, from position to limit
     * @param nextOffset where the messages that did not fit begin, or the offset after the batches
     */
    record DownConverted(ByteBuffer messages, long nextOffset) {}

    /** Bytes of a batch's header that are read before the batch. */
    private static final int LENGTH_END = BatchHeader.LOG_OVERHEAD;

    private static final int MIN_STREAM = 512;

    private final long from;
    private final byte magic;
    private final int maxBytes;
    private final OldMessageSet set;
    private final BooleanSupplier isWanted;

    private ByteBufferOutputStream out;
    private long next;
    private boolean full;

    /**
     * @param from offset of the first record that the client wants
     * @param magic 0 or 1
     * @param maxBytes max bytes of messages; the first message, or the wrapper of one, may exceed it
     * @param isWanted asked before each batch: false ends the conversion early
     */
    DownConversion(long from, byte magic, int maxBytes, BooleanSupplier isWanted) {
        this.from = from;
        this.magic = magic;
        this.maxBytes = maxBytes;
        this.isWanted = isWanted;
        this.set = new OldMessageSet(magic);
        this.next = from;
    }

    /**
     * Converts, once. A client gets what comes before a batch that cannot be converted, and the error with
     * its next fetch.
     *
     * @param slice whole batches, the first of which may begin below the offset that the client wants
     * @return the messages
     * @throws UnsupportedCompressionTypeException if the first batch that has something is compressed by zstd
     * @throws io.varve.core.VarveException if it is damaged
     */
    DownConverted convert(BatchSlice slice) {
        out = stream(Math.min(maxBytes, slice.sizeInBytes()));
        ByteBuffer head = ByteBuffer.allocate(LENGTH_END);
        for (int at = 0; at < slice.sizeInBytes() && !full && isWanted.getAsBoolean(); ) {
            try {
                ByteBuffer batch = read(slice, at, head);
                convert(batch);
                at += batch.capacity();
            } catch (IOException e) {
                throw new UncheckedIOException("memory refused bytes", e);
            } catch (RuntimeException e) {
                if (out.position() == 0) {
                    throw e;
                }
                full = true;
            }
        }
        return new DownConverted(OldMessageSet.view(out), next);
    }

    /** Makes a stream that does not grow, in small steps, to the size that is expected. */
    private static ByteBufferOutputStream stream(int expected) {
        return new ByteBufferOutputStream(Math.max(MIN_STREAM, expected));
    }

    /** Reads a batch, which is sound: a new checksum must not cover damage. */
    private static ByteBuffer read(BatchSlice slice, int at, ByteBuffer head) {
        int left = slice.sizeInBytes() - at;
        int size = -1;
        if (left >= LENGTH_END) {
            slice.copy(at, head.clear());
            size = BatchHeader.sizeInBytes(head, 0);
        }
        if (size < BatchHeader.SIZE || size > left) {
            throw new InvalidBatchException(
                    Kind.CORRUPT, "a stored batch claims " + size + " bytes where " + left + " are");
        }
        ByteBuffer batch = ByteBuffer.allocate(size);
        slice.copy(at, batch);
        batch.flip();
        BatchValidator.validate(batch, 0, batch.limit());
        return batch;
    }

    private void convert(ByteBuffer batch) throws IOException {
        CompressionType codec = CompressionType.forId(BatchHeader.codecId(batch, 0));
        if (!BatchHeader.isControl(batch, 0) && BatchHeader.recordCount(batch, 0) > 0) {
            if (codec == CompressionType.ZSTD) {
                throw new UnsupportedCompressionTypeException("clients of this fetch version cannot read zstd");
            }
            if (codec == CompressionType.NONE) {
                plain(batch);
            } else {
                wrap(batch, codec);
            }
        }
        if (!full) {
            next = Math.max(next, BatchHeader.nextOffset(batch, 0));
        }
    }

    private static byte attributes(ByteBuffer batch, CompressionType codec) {
        return (byte) (codec.id | (BatchHeader.isLogAppendTime(batch, 0) ? OldMessage.LOG_APPEND_TIME : 0));
    }

    private static RecordIterator records(ByteBuffer batch) {
        return RecordIterator.of(batch, 0, Integer.MAX_VALUE);
    }

    private void plain(ByteBuffer batch) throws IOException {
        byte attributes = attributes(batch, CompressionType.NONE);
        try (RecordIterator records = records(batch)) {
            while (records.next()) {
                if (records.offset() < from) {
                    continue;
                }
                ByteBuffer message =
                        set.message(records.offset(), attributes, records.timestamp(), records.key(), records.value());
                if (!fits(message.remaining())) {
                    full = true;
                    return;
                }
                OldMessageSet.append(message, out);
                next = records.offset() + 1;
            }
        }
    }

    private boolean fits(int bytes) {
        return out.position() == 0 || out.position() + bytes <= maxBytes;
    }

    /** Makes wrappers until all records of a batch have one, or the next would not fit. */
    private void wrap(ByteBuffer batch, CompressionType codec) throws IOException {
        int atMost = BatchHeader.recordCount(batch, 0);
        while (true) {
            Wrapper wrapper = new Wrapper(batch, codec, Math.max(from, next), atMost, maxBytes - out.position());
            if (wrapper.count == 0) {
                return;
            }
            if (out.position() + wrapper.message.remaining() > maxBytes && wrapper.count > 1) {
                atMost = wrapper.count / 2;
                continue;
            }
            if (!fits(wrapper.message.remaining())) {
                full = true;
                return;
            }
            OldMessageSet.append(wrapper.message, out);
            next = wrapper.last + 1;
            if (wrapper.isWhole) {
                return;
            }
        }
    }

    /** A wrapper of some records of one batch. */
    private final class Wrapper {
        private final ByteBuffer message;
        private int count;
        private long last;
        /** True if no record of the batch comes after the last one here. */
        private boolean isWhole = true;

        /**
         * @param first offset of the first record to wrap
         * @param atMost max number of records
         * @param enough compressed bytes after which no record is added
         */
        Wrapper(ByteBuffer batch, CompressionType codec, long first, int atMost, int enough) throws IOException {
            byte attributes = attributes(batch, CompressionType.NONE);
            ByteBufferOutputStream compressed = stream(Math.min(enough, batch.capacity()));
            long max = OldMessage.NO_TIMESTAMP;
            try (OutputStream inner = Compression.of(codec).build().wrapForOutput(compressed, magic);
                    RecordIterator records = records(batch)) {
                long base = -1;
                while (records.next()) {
                    if (records.offset() < first) {
                        continue;
                    }
                    if (count == atMost || count > 0 && compressed.position() >= enough) {
                        isWhole = false;
                        break;
                    }
                    if (count == 0) {
                        base = magic == 0 ? 0 : records.offset();
                    }
                    OldMessageSet.append(
                            set.message(
                                    records.offset() - base,
                                    attributes,
                                    records.timestamp(),
                                    records.key(),
                                    records.value()),
                            inner);
                    max = Math.max(max, records.timestamp());
                    last = records.offset();
                    count++;
                }
            }
            message = set.message(last, attributes(batch, codec), max, null, OldMessageSet.view(compressed));
        }
    }
}
