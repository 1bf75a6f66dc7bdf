// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.RecordIterator;
import io.varve.core.spi.BatchSlice;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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

    private final long from;
    private final byte magic;
    private final int maxBytes;
    private final OldMessageSet set;
    private final ByteBufferOutputStream out = new ByteBufferOutputStream(4096);

    private long next;
    private boolean full;

    /**
     * @param from offset of the first record that the client wants
     * @param magic 0 or 1
     * @param maxBytes max bytes of messages; the first message, or the wrapper of one, may exceed it
     */
    DownConversion(long from, byte magic, int maxBytes) {
        this.from = from;
        this.magic = magic;
        this.maxBytes = maxBytes;
        this.set = new OldMessageSet(magic);
        this.next = from;
    }

    /**
     * @param slice whole batches, the first of which may begin below the offset that the client wants
     * @return the messages
     * @throws UnsupportedCompressionTypeException if the first batch that has something is compressed by zstd
     * @throws io.varve.core.VarveException if a batch is damaged
     */
    DownConverted convert(BatchSlice slice) {
        ByteBuffer head = ByteBuffer.allocate(LENGTH_END);
        for (int at = 0; at < slice.sizeInBytes() && !full; ) {
            head.clear();
            slice.copy(at, head);
            ByteBuffer batch = ByteBuffer.allocate(BatchHeader.sizeInBytes(head.flip(), 0));
            slice.copy(at, batch);
            at += batch.capacity();
            try {
                convert(batch.flip());
            } catch (IOException e) {
                throw new UncheckedIOException("memory refused bytes", e);
            }
        }
        return new DownConverted(OldMessageSet.view(out), next);
    }

    private void convert(ByteBuffer batch) throws IOException {
        CompressionType codec = CompressionType.forId(BatchHeader.codecId(batch, 0));
        if (!BatchHeader.isControl(batch, 0) && BatchHeader.recordCount(batch, 0) > 0) {
            if (codec == CompressionType.ZSTD) {
                requireSomething();
                full = true;
                return;
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

    /** A client gets what comes before a zstd batch, and the error with its next fetch. */
    private void requireSomething() {
        if (out.position() == 0) {
            throw new UnsupportedCompressionTypeException("clients of this fetch version cannot read zstd");
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
            ByteBufferOutputStream compressed = new ByteBufferOutputStream(4096);
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
