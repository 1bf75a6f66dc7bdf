// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.RecordBytes.invalid;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Iterates over the records of one batch, compressed or not. The iterator itself is the view of the current
 * record, so that an iteration allocates no object per record:
 *
 * <pre>
 * try (RecordIterator records = RecordIterator.of(buffer, at, limit)) {
 *     while (records.next()) { ... records.offset() ... records.value() ... }
 * }
 * </pre>
 *
 * A record is (varints zigzag-coded):
 *
 * <pre>
 * length varint, bytes after this field      keyLength varint, -1 for none, key
 * attributes int8, unused                    valueLength varint, -1 for none, value
 * timestampDelta varlong                     headerCount varint, and for each:
 * offsetDelta varint                         keyLength varint, key in UTF-8, valueLength varint, -1 for none, value
 * </pre>
 *
 * Not thread-safe.
 */
public final class RecordIterator implements AutoCloseable {
    private static final int ATTRIBUTES_SIZE = 1;
    private static final int MAX_VARINT_BYTES = 5;
    private static final int NONE = -1;

    private final RecordBytes records;
    private final int count;
    private final int lastOffsetDelta;
    private final long baseOffset;
    private final long baseTimestamp;
    private final long logAppendTime;
    private final boolean control;
    private final boolean stamped;
    private final boolean bodies;
    /** Takes the pieces of each key, or null. */
    private final Consumer<ByteBuffer> keys;

    private int read;
    private int offsetDelta = NONE;
    private long timestampDelta;
    private int keyAt;
    private int keySize;
    private int valueAt;
    private int valueSize;
    private int headersAt;
    private int headerCount;
    private int end;

    private RecordIterator(RecordBytes records, ByteBuffer buffer, int at, boolean bodies, Consumer<ByteBuffer> keys) {
        this.records = records;
        this.bodies = bodies;
        this.keys = keys;
        count = BatchHeader.recordCount(buffer, at);
        lastOffsetDelta = BatchHeader.lastOffsetDelta(buffer, at);
        baseOffset = BatchHeader.baseOffset(buffer, at);
        baseTimestamp = BatchHeader.baseTimestamp(buffer, at);
        logAppendTime = BatchHeader.maxTimestamp(buffer, at);
        stamped = BatchHeader.isLogAppendTime(buffer, at);
        control = BatchHeader.isControl(buffer, at);
    }

    /**
     * Opens an iterator before the first record of a batch.
     *
     * @param buffer holds a batch that {@link BatchValidator#validate} accepted; must not change until
     *     {@link #close}. The buffer's position is neither used nor moved
     * @param at the batch's first byte
     * @param maxDecompressedBytes max bytes the records of a compressed batch may take decompressed, 0 or
     *     more. The iterator needs memory for the largest record, not for all of them
     * @return the iterator, to be closed
     * @throws InvalidBatchException CORRUPT, NOT_DECOMPRESSIBLE, UNSUPPORTED_MAGIC, UNKNOWN_CODEC or
     *     TOO_LARGE
     */
    public static RecordIterator of(ByteBuffer buffer, int at, int maxDecompressedBytes) {
        return open(buffer, at, limits(maxDecompressedBytes), true, null);
    }

    /**
     * Opens an iterator that checks keys, values and headers but skips them. Compressed records of any size
     * take no more memory than the codec's buffers.
     *
     * @param buffer as for {@link #of}
     * @param at the batch's first byte
     * @param maxDecompressedBytes max bytes the records of a compressed batch may take decompressed, 0 or
     *     more
     * @return the iterator, to be closed; its {@link #key}, {@link #value}, {@link #headers} and
     *     {@link #controlType} throw IllegalStateException
     * @throws InvalidBatchException CORRUPT, NOT_DECOMPRESSIBLE, UNSUPPORTED_MAGIC, UNKNOWN_CODEC or
     *     TOO_LARGE
     */
    public static RecordIterator withoutBodies(ByteBuffer buffer, int at, int maxDecompressedBytes) {
        return open(buffer, at, limits(maxDecompressedBytes), false, null);
    }

    private static RecordBytes.Limits limits(int maxDecompressedBytes) {
        return new RecordBytes.Limits(maxDecompressedBytes, Integer.MAX_VALUE, DecompressionMeter.NONE, false);
    }

    /** As {@link #withoutBodies}, with a limit for each record, and with a meter of decompressed bytes. */
    static RecordIterator metered(ByteBuffer buffer, int at, int maxRecordBytes, DecompressionMeter meter) {
        return open(buffer, at, RecordBytes.Limits.ofPieces(maxRecordBytes, meter), false, null);
    }

    /**
     * As {@link #withoutBodies}, for records of any size, and passes each key to a sink.
     *
     * @param keys takes the pieces of a record's key, in order, within the call of {@link #next}; not called
     *     for an empty key or none
     * @return the iterator, to be closed
     */
    public static RecordIterator withKeysTo(ByteBuffer buffer, int at, Consumer<ByteBuffer> keys) {
        RecordBytes.Limits limits = RecordBytes.Limits.ofPieces(Integer.MAX_VALUE, DecompressionMeter.NONE);
        return open(buffer, at, limits, false, keys);
    }

    private static RecordIterator open(
            ByteBuffer buffer, int at, RecordBytes.Limits limits, boolean bodies, Consumer<ByteBuffer> keys) {
        return new RecordIterator(bytes(buffer, at, limits), buffer, at, bodies, keys);
    }

    /** @return a batch's records as bytes */
    static RecordBytes bytes(ByteBuffer buffer, int at, RecordBytes.Limits limits) {
        int size = BatchValidator.frame(buffer, at, buffer.limit());
        Codec codec = Codec.forId(BatchHeader.codecId(buffer, at));
        int from = at + BatchHeader.SIZE;
        return codec == Codec.NONE || size == BatchHeader.SIZE
                ? RecordBytes.plain(buffer, from, at + size)
                : RecordBytes.compressed(codec, buffer.slice(from, size - BatchHeader.SIZE), limits);
    }

    /**
     * Goes to the next record. Results of the accessors become invalid.
     *
     * @return false after the last record
     * @throws InvalidBatchException INVALID_RECORD if a field does not fit its record, offsets do not ascend,
     *     or bytes follow the last record; NOT_DECOMPRESSIBLE if the compressed bytes are damaged; TOO_LARGE
     *     if the records exceed the limit
     */
    public boolean next() {
        if (read == count) {
            if (records.fill(1) > 0) {
                throw invalid("bytes follow the last of " + count + " records");
            }
            return false;
        }
        records.confine(MAX_VARINT_BYTES);
        int length = records.varint();
        if (length < 0) {
            throw invalid("record " + read + " has length " + length);
        }
        records.confine(length);
        if (bodies) {
            int present = records.fill(length);
            if (present < length) {
                throw invalid(
                        "record " + read + " of " + count + " claims " + length + " bytes, " + present + " are left");
            }
            end = records.at() + length;
        }
        parse();
        read++;
        return true;
    }

    private void parse() {
        records.skip(ATTRIBUTES_SIZE);
        timestampDelta = records.varlong();
        int delta = records.varint();
        if (delta <= offsetDelta || delta > lastOffsetDelta) {
            throw invalid("record " + read + " has offset delta " + delta + ", must be above " + offsetDelta
                    + " and at most " + lastOffsetDelta);
        }
        offsetDelta = delta;
        keySize = size("key");
        keyAt = records.at();
        if (keys == null) {
            records.skip(Math.max(keySize, 0));
        } else {
            records.pass(Math.max(keySize, 0), keys);
        }
        valueSize = size("value");
        valueAt = records.at();
        records.skip(Math.max(valueSize, 0));
        headerCount = records.varint();
        if (headerCount < 0) {
            throw invalid("record " + read + " has header count " + headerCount);
        }
        headersAt = records.at();
        for (int i = 0; i < headerCount; i++) {
            records.skip(headerKeySize());
            records.skip(Math.max(size("header value"), 0));
        }
        if (records.left() > 0) {
            throw invalid("record " + read + " has " + records.left() + " bytes after its last field");
        }
    }

    private int size(String field) {
        int size = records.varint();
        if (size < NONE) {
            throw invalid(field + " of record " + read + " has length " + size);
        }
        return size;
    }

    private int headerKeySize() {
        int size = size("header key");
        if (size == NONE) {
            throw invalid("header of record " + read + " has no key");
        }
        return size;
    }

    /** @return the record's offset */
    public long offset() {
        return baseOffset + offsetDelta;
    }

    /**
     * @return the record's timestamp in ms since the epoch: the broker's if the batch has log-append time,
     *     else the producer's, or -1
     */
    public long timestamp() {
        return stamped ? logAppendTime : baseTimestamp + timestampDelta;
    }

    /** @return the producer's timestamp of the record, even if the batch has log-append time, or -1 */
    long producerTimestamp() {
        return baseTimestamp + timestampDelta;
    }

    /** @return true if there is a key, even an empty one */
    public boolean hasKey() {
        return keySize != NONE;
    }

    /**
     * @return the key, or null; valid until the next call of {@link #next} or {@link #close}, not to be
     *     written to
     */
    public ByteBuffer key() {
        present();
        return hasKey() ? records.bytes().slice(keyAt, keySize) : null;
    }

    /**
     * @return true if there is a value, even an empty one; a record with a key but no value is a tombstone
     */
    public boolean hasValue() {
        return valueSize != NONE;
    }

    /**
     * @return the value, or null; valid until the next call of {@link #next} or {@link #close}, not to be
     *     written to
     */
    public ByteBuffer value() {
        present();
        return hasValue() ? records.bytes().slice(valueAt, valueSize) : null;
    }

    /**
     * @return the headers in order; their values are valid until the next call of {@link #next} or
     *     {@link #close}
     */
    public List<RecordHeader> headers() {
        return headers(headerCount, Integer.MAX_VALUE);
    }

    /** @return how many headers there are: as many as half of the record's bytes are possible */
    public int headerCount() {
        return headerCount;
    }

    /**
     * Takes the first headers only, and the first bytes of their keys: a small compressed batch may hold
     * millions of headers, or a key of any size.
     *
     * @param max max number of headers, 0 or more
     * @param maxKeyBytes bytes of a key, 0 or more; what follows is left out, and a character that is cut
     *     becomes U+FFFD
     * @return the first headers in order; their values are valid until the next call of {@link #next} or
     *     {@link #close}
     */
    public List<RecordHeader> headers(int max, int maxKeyBytes) {
        present();
        int taken = Math.min(headerCount, max);
        if (taken == 0) {
            return List.of();
        }
        List<RecordHeader> headers = new ArrayList<>(taken);
        records.rewind(headersAt, end);
        for (int i = 0; i < taken; i++) {
            ByteBuffer key = take(headerKeySize());
            key.limit(Math.min(key.limit(), maxKeyBytes));
            int size = size("header value");
            headers.add(
                    new RecordHeader(StandardCharsets.UTF_8.decode(key).toString(), size == NONE ? null : take(size)));
        }
        records.rewind(end, end);
        return headers;
    }

    private void present() {
        if (!bodies) {
            throw new IllegalStateException("keys, values and headers were passed over");
        }
    }

    private ByteBuffer take(int size) {
        ByteBuffer bytes = records.bytes().slice(records.at(), size);
        records.skip(size);
        return bytes;
    }

    /** @return bytes decompressed so far, which count against the limit; 0 for uncompressed records */
    public long decompressedBytes() {
        return records.decompressed();
    }

    /** @return true if this is a control record; {@link #controlType} may be called then */
    public boolean isControl() {
        return control;
    }

    /**
     * @return the type of a control record
     * @throws InvalidBatchException INVALID_RECORD if its key is not that of a control record
     */
    public ControlType controlType() {
        return ControlType.parse(key());
    }

    /** Releases the decompressor's memory. Idempotent. */
    @Override
    public void close() {
        records.close();
    }
}
