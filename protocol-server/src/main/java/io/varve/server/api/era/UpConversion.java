// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.InvalidBatchException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Converts a message set of magic 0 or 1 into one batch of magic 2, as Kafka 3.9 did: a set of messages that
 * are not compressed becomes a batch that is not; a wrapper becomes a batch with its codec. Memory is that of
 * the batch and of the codec, whatever the messages hold decompressed. Not thread-safe.
 */
final class UpConversion {
    /**
     * A batch may be this many times as large as the message set that it comes from. Records are smaller in
     * magic 2, but not every compressor is as good as another.
     */
    private static final int MAX_GROWTH = 4;

    private static final int MIN_LIMIT = 64 * 1024;

    /**
     * Max bytes of a snappy block, which is decompressed as a whole: some clients send one for all messages.
     */
    private static final int MAX_SNAPPY_BLOCK = 64 << 20;

    private final ByteBuffer set;
    private final DecompressionMeter meter;
    private final int maxBytes;
    private final byte[] piece = new byte[8 * 1024];

    /**
     * @param set the messages, from position to limit, big-endian; neither position nor bytes are changed
     * @param meter counts what is decompressed, and may end it
     * @param maxBytes max bytes of a message that is sent, a wrapper too, and of the batch
     */
    UpConversion(ByteBuffer set, DecompressionMeter meter, int maxBytes) {
        this.set = set.slice();
        this.meter = meter;
        this.maxBytes = maxBytes;
    }

    /**
     * @param set what a produce request of an old version has for a partition
     * @return true if its messages have to be converted; false if they are of magic 2 already, as some
     *     clients sent them in old versions, or if there are none
     */
    static boolean isNeeded(ByteBuffer set) {
        return set.hasRemaining()
                && (set.remaining() <= OldMessage.MAGIC_AT
                        || set.get(set.position() + OldMessage.MAGIC_AT) != BatchHeader.MAGIC);
    }

    /**
     * @return the batch, base offset 0; null if the set has no whole message
     * @throws InvalidBatchException the set is not as it must be; its kind says which of Kafka's errors that
     *     is
     */
    ByteBuffer convert() {
        int first = sizeAt(0);
        if (first < 0) {
            return null;
        }
        byte magic = set.get(OldMessage.MAGIC_AT);
        CompressionType codec = codec(set.get(OldMessage.ATTRIBUTES_AT));
        try {
            return codec == CompressionType.NONE ? plain(magic) : wrapped(first, magic, codec);
        } catch (IOException
                | KafkaException
                | BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException e) { // decompressors throw all of them
            throw new InvalidBatchException(
                    Kind.NOT_DECOMPRESSIBLE, "a message set cannot be decompressed: " + e.getMessage(), e);
        }
    }

    private ByteBuffer plain(byte magic) throws IOException {
        try (NewBatch batch = batch(CompressionType.NONE)) {
            int at = 0;
            for (int size = sizeAt(at); size >= 0; size = sizeAt(at)) {
                requireSound(at, size, magic);
                if (codec(set.get(at + OldMessage.ATTRIBUTES_AT)) != CompressionType.NONE) {
                    throw invalid("a compressed message beside others; it must be the only one of its set");
                }
                copy(batch, at, size, magic);
                at += size;
            }
            return batch.finish();
        }
    }

    private NewBatch batch(CompressionType codec) {
        int bytes = set.remaining();
        return new NewBatch(codec, bytes, (int) Math.min(maxBytes, Math.max(MIN_LIMIT, (long) MAX_GROWTH * bytes)));
    }

    /** Copies a message that was checked. */
    private void copy(NewBatch batch, int at, int size, byte magic) throws IOException {
        int keyAt = at + OldMessage.keyAt(magic);
        int key = set.getInt(keyAt);
        int valueAt = valueAt(keyAt, at, size);
        int value = set.getInt(valueAt);
        requireFits(value, (long) valueAt + Integer.BYTES + Math.max(0, value) - at, size);
        batch.begin(magic == 0 ? OldMessage.NO_TIMESTAMP : set.getLong(at + OldMessage.TIMESTAMP_AT), key, value);
        batch.length(key);
        write(batch, keyAt + Integer.BYTES, key);
        batch.length(value);
        write(batch, valueAt + Integer.BYTES, value);
        batch.end();
    }

    /** @return index of the value's length in a message whose key fits */
    private int valueAt(int keyAt, int at, int size) {
        int key = set.getInt(keyAt);
        long valueAt = (long) keyAt + Integer.BYTES + Math.max(0, key);
        requireFits(key, valueAt + Integer.BYTES - at, size);
        return (int) valueAt;
    }

    private void write(NewBatch batch, int from, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int bytes = Math.min(piece.length, length - done);
            set.get(from + done, piece, 0, bytes);
            batch.write(piece, 0, bytes);
            done += bytes;
        }
    }

    private ByteBuffer wrapped(int size, byte magic, CompressionType codec) throws IOException {
        requireSound(0, size, magic);
        if (sizeAt(size) >= 0) {
            throw invalid("a compressed message beside others; it must be the only one of its set");
        }
        if (codec == CompressionType.ZSTD) {
            throw invalid("zstd needs messages of magic 2");
        }
        int valueAt = valueAt(OldMessage.keyAt(magic), 0, size);
        int value = set.getInt(valueAt);
        if (value < 0) {
            throw invalid("a compressed message without a value");
        }
        requireFits(value, (long) valueAt + Integer.BYTES + value, size);
        ByteBuffer inner = set.slice(valueAt + Integer.BYTES, value);
        try {
            return rewrapped(inner, magic, codec, Integer.MAX_VALUE);
        } catch (InnerMessages.CutOffException e) {
            return rewrapped(inner, magic, codec, e.whole()); // a cut message at the end is not read
        }
    }

    private ByteBuffer rewrapped(ByteBuffer value, byte magic, CompressionType codec, int atMost) throws IOException {
        boolean stamped = magic > 0 && (set.get(OldMessage.ATTRIBUTES_AT) & OldMessage.LOG_APPEND_TIME) != 0;
        try (NewBatch batch = batch(codec);
                InputStream in = decompress(value.duplicate(), codec, magic)) {
            InnerMessages inner = new InnerMessages(in, magic, meter);
            while (batch.count() < atMost && inner.next()) {
                inner.copyTo(batch, stamped ? set.getLong(OldMessage.TIMESTAMP_AT) : inner.timestamp());
            }
            if (batch.count() == 0) {
                throw invalid("a compressed message without inner messages");
            }
            return batch.finish();
        }
    }

    /**
     * Kafka's own stream for lz4, because the frames of magic 0 have a wrong checksum that it knows; not for
     * snappy, where it believes any length.
     */
    private static InputStream decompress(ByteBuffer bytes, CompressionType codec, byte magic) throws IOException {
        return codec == CompressionType.LZ4
                ? Compression.of(codec).build().wrapForInput(bytes, magic, BufferSupplier.NO_CACHING)
                : Codec.forId(codec.id).decompress(bytes, MAX_SNAPPY_BLOCK);
    }

    private static CompressionType codec(byte attributes) {
        int id = attributes & OldMessage.CODEC_MASK;
        Codec.forId(id);
        return CompressionType.forId(id);
    }

    /**
     * @return bytes of the message at an index; -1 if there is none, or if it is cut off
     * @throws InvalidBatchException CORRUPT if its size or its magic cannot be
     */
    private int sizeAt(int at) {
        int left = set.limit() - at;
        if (left < OldMessage.OVERHEAD) {
            return -1;
        }
        int size = set.getInt(at + OldMessage.SIZE_AT);
        if (size < OldMessage.MIN_SIZE) {
            throw new InvalidBatchException(Kind.CORRUPT, "a message with size " + size);
        }
        if (left <= OldMessage.MAGIC_AT) {
            return -1;
        }
        byte magic = set.get(at + OldMessage.MAGIC_AT);
        if (magic < 0 || magic > BatchHeader.MAGIC) {
            throw new InvalidBatchException(Kind.CORRUPT, "a message of magic " + magic);
        }
        return size > left - OldMessage.OVERHEAD ? -1 : OldMessage.OVERHEAD + size;
    }

    private void requireSound(int at, int size, byte magic) {
        if (size > maxBytes) {
            throw new InvalidBatchException(
                    Kind.TOO_LARGE, "a message of " + size + " bytes where " + maxBytes + " are allowed");
        }
        CRC32 crc = new CRC32();
        crc.update(set.slice(at + OldMessage.MAGIC_AT, size - OldMessage.MAGIC_AT));
        long sent = Integer.toUnsignedLong(set.getInt(at + OldMessage.CRC_AT));
        byte own = set.get(at + OldMessage.MAGIC_AT);
        if (crc.getValue() != sent && own < BatchHeader.MAGIC) {
            throw new InvalidBatchException(
                    Kind.CORRUPT, "a message has CRC " + sent + ", its bytes have " + crc.getValue());
        }
        if (own != magic) {
            throw invalid("a message of magic " + own + " in a set that begins with magic " + magic);
        }
        if (size < OldMessage.minBytes(magic)) {
            throw new InvalidBatchException(Kind.CORRUPT, "a message of magic " + magic + " with " + size + " bytes");
        }
    }

    private static void requireFits(int length, long end, int size) {
        if (length < -1 || end > size) {
            throw new InvalidBatchException(
                    Kind.CORRUPT, "a field of " + length + " bytes in a message of " + size + " bytes");
        }
    }

    private static InvalidBatchException invalid(String message) {
        return new InvalidBatchException(Kind.INVALID_RECORD, message);
    }
}
