// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.DamagedReads;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Reads segment objects without help of a manifest: its footer and index, one chunk or blob, or all of it to
 * verify it. Consumers' reads go through {@link io.varve.s3.object.ChunkDecoder} alone. Thread-safe.
 */
public final class SegmentObjectReader {
    /** One request gets footer and index of an object of a few thousand chunks. */
    private static final int TAIL_BYTES = 32 << 10;

    private static final int MAX_TRIES = 6;

    /** Bytes between two blobs that cost less to read than another request. */
    private static final int MAX_GAP = 64 << 10;

    /** Bytes of blobs that are read in one request, unless one has more. */
    private static final int MAX_TOGETHER = 8 << 20;

    private final ObjectStore store;
    private final ChunkDecoder decoder;

    /**
     * @param store the bucket
     * @param decoder decodes chunks and blobs
     */
    public SegmentObjectReader(ObjectStore store, ChunkDecoder decoder) {
        this.store = store;
        this.decoder = decoder;
    }

    /**
     * Reads footer and index.
     *
     * @param key key of the object
     * @return the object
     * @throws StorageException CORRUPT if it is no whole segment object; RETRY if it comes damaged in
     *     another way each time
     * @throws ObjectStoreException ABSENT if there is none; as the store says
     */
    public SegmentObject open(String key) {
        ObjectInfo info = store.head(key)
                .orElseThrow(() -> new ObjectStoreException(
                        ObjectStoreException.Kind.ABSENT, "object " + key + " does not exist", null));
        return open(key, info.bytes());
    }

    /**
     * Reads footer and index.
     *
     * @param key key of the object
     * @param objectBytes its size in bytes
     * @return the object
     * @throws StorageException CORRUPT if it is no whole segment object of this size; RETRY if it comes
     *     damaged in another way each time
     * @throws ObjectStoreException as the store says
     */
    public SegmentObject open(String key, long objectBytes) {
        String where = "object " + key + " of " + objectBytes + " bytes";
        int tailBytes = (int) Math.min(TAIL_BYTES, objectBytes);
        long tailStart = objectBytes - tailBytes;
        Tail tail = decoded(key, tailStart, tailBytes, stored -> tail(stored, tailStart, objectBytes, where));
        SegmentFooter footer = tail.footer();
        SegmentIndex index = tail.index()
                .orElseGet(() -> decoded(
                        key, footer.indexPosition(), footer.indexBytes(), stored -> index(stored, footer, where)));
        return new SegmentObject(key, objectBytes, footer, index);
    }

    /** @param index empty if it begins before the tail */
    private record Tail(SegmentFooter footer, Optional<SegmentIndex> index) {}

    private static Tail tail(ByteBuffer stored, long tailStart, long objectBytes, String where) {
        SegmentFooter footer = SegmentFooter.parse(stored, objectBytes, where);
        if (footer.indexPosition() < tailStart) {
            return new Tail(footer, Optional.empty());
        }
        ByteBuffer encoded = stored.slice((int) (footer.indexPosition() - tailStart), footer.indexBytes());
        return new Tail(footer, Optional.of(index(encoded, footer, where)));
    }

    private static SegmentIndex index(ByteBuffer encoded, SegmentFooter footer, String where) {
        int crc = Crc32c.of(encoded);
        if (crc != footer.indexCrc()) {
            throw corrupt(
                    where,
                    "the CRC-32C of its index at byte " + footer.indexPosition() + " is " + Integer.toHexString(crc)
                            + ", expected " + Integer.toHexString(footer.indexCrc()));
        }
        SegmentIndex index = SegmentIndex.parse(encoded, where);
        if (index.dataEnd() != footer.indexPosition() || index.bytes() != footer.bytes()) {
            throw corrupt(
                    where,
                    "its index ends the data at byte " + index.dataEnd() + " with " + index.bytes()
                            + " bytes of batches, its footer at byte " + footer.indexPosition() + " with "
                            + footer.bytes());
        }
        return index;
    }

    /**
     * Reads one chunk.
     *
     * @param key key of the object
     * @param object id of the object
     * @param index its index
     * @param chunk one of its chunks
     * @return the batches, from position to limit of a new direct buffer
     * @throws StorageException as {@link ChunkDecoder#decode}; RETRY if it comes damaged in another way
     *     each time
     * @throws ObjectStoreException as the store says
     */
    public ByteBuffer chunk(String key, UUID object, SegmentIndex index, Chunk chunk) {
        return decoded(key, chunk.position(), chunk.storedBytes(), stored -> {
            ByteBuffer batches = ByteBuffer.allocateDirect(chunk.bytes());
            decoder.decode(object, index, chunk, stored, batches);
            return batches.flip();
        });
    }

    /**
     * Reads one blob.
     *
     * @param key key of the object
     * @param object id of the object
     * @param index its index
     * @param blob one of its blobs
     * @return its bytes as written
     * @throws StorageException as {@link ChunkDecoder#decodeBlob}; RETRY if it comes damaged in another
     *     way each time
     * @throws ObjectStoreException as the store says
     */
    public ByteBuffer blob(String key, UUID object, SegmentIndex index, StoredBlob blob) {
        return decoded(
                key, blob.position(), blob.storedBytes(), stored -> decoder.decodeBlob(object, index, blob, stored));
    }

    /**
     * Reads blobs of one object: those that lie close together in one request.
     *
     * @param key key of the object
     * @param object id of the object
     * @param index its index
     * @param blobs some of its blobs
     * @param take takes each blob and its bytes as written, in the order of their positions
     * @throws StorageException as {@link #blob}
     * @throws ObjectStoreException as the store says
     */
    public void blobs(
            String key,
            UUID object,
            SegmentIndex index,
            List<StoredBlob> blobs,
            BiConsumer<StoredBlob, ByteBuffer> take) {
        List<StoredBlob> left = new ArrayList<>(blobs);
        left.sort(Comparator.comparingLong(StoredBlob::position));
        while (!left.isEmpty()) {
            List<StoredBlob> together = left.subList(0, together(left));
            long from = together.get(0).position();
            ByteBuffer stored = read(key, from, (int) (end(together.get(together.size() - 1)) - from));
            for (StoredBlob blob : together) {
                ByteBuffer own = stored.slice((int) (blob.position() - from), blob.storedBytes());
                take.accept(blob, decoded(key, object, index, blob, own));
            }
            together.clear();
        }
    }

    private static int together(List<StoredBlob> sorted) {
        long from = sorted.get(0).position();
        int count = 1;
        while (count < sorted.size()
                && sorted.get(count).position() - end(sorted.get(count - 1)) <= MAX_GAP
                && end(sorted.get(count)) - from <= MAX_TOGETHER) {
            count++;
        }
        return count;
    }

    private static long end(StoredBlob blob) {
        return blob.position() + blob.storedBytes();
    }

    /** Reads a blob by itself if it came damaged with others. */
    private ByteBuffer decoded(String key, UUID object, SegmentIndex index, StoredBlob blob, ByteBuffer stored) {
        try {
            return decoder.decodeBlob(object, index, blob, stored);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            return blob(key, object, index, blob);
        }
    }

    /**
     * Reads all of an object, and verifies it down to the checksum of every batch.
     *
     * @param object as {@link #open} returned it
     * @param progress takes the bytes of each piece that was verified
     * @throws StorageException CORRUPT if a byte is not what was written; RETRY if bytes come damaged in
     *     another way each time
     * @throws ObjectStoreException as the store says
     */
    public void verify(SegmentObject object, LongConsumer progress) {
        String key = object.key();
        decoded(key, 0, SegmentFormat.HEADER_BYTES, header -> requireHeader(header, key));
        SegmentFooter footer = object.footer();
        BatchSurvey survey = new BatchSurvey(footer.partition(), footer.baseOffset(), footer.endOffset());
        for (Chunk chunk : object.index().chunks()) {
            ByteBuffer batches = chunk(key, footer.object(), object.index(), chunk);
            survey.take(batches, 0, batches.limit());
            progress.accept(chunk.storedBytes());
        }
        for (StoredBlob blob : object.index().blobs()) {
            blob(key, footer.object(), object.index(), blob);
            progress.accept(blob.storedBytes());
        }
        if (survey.maxTimestamp() != footer.maxTimestamp() || survey.firstTimestamp() != footer.firstTimestamp()) {
            throw corrupt(
                    "object " + key,
                    "first and largest timestamp are " + survey.firstTimestamp() + " and " + survey.maxTimestamp()
                            + ", its footer says " + footer.firstTimestamp() + " and " + footer.maxTimestamp());
        }
        OptionalInt noted = object.index().contentCrc();
        if (noted.isPresent() && noted.getAsInt() != survey.contentCrc()) {
            throw corrupt(
                    "object " + key,
                    "the sum of its batches is " + Integer.toHexString(survey.contentCrc()) + ", its index says "
                            + Integer.toHexString(noted.getAsInt()));
        }
    }

    private static ByteBuffer requireHeader(ByteBuffer header, String key) {
        if (header.getInt(0) != SegmentFormat.MAGIC || header.getInt(4) != SegmentFormat.VERSION) {
            throw corrupt(
                    "object " + key,
                    "it begins with " + Long.toHexString(header.getLong(0)) + ", expected "
                            + Integer.toHexString(SegmentFormat.MAGIC) + " and version " + SegmentFormat.VERSION);
        }
        return header;
    }

    /** Reads again what came damaged: it is so in the bucket if it comes alike. */
    private <T> T decoded(String key, long position, int bytes, Function<ByteBuffer, T> decode) {
        DamagedReads damaged = new DamagedReads();
        while (true) {
            ByteBuffer stored = read(key, position, bytes);
            try {
                return decode.apply(stored);
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.CORRUPT);
                if (damaged.isStored(stored.rewind())) {
                    throw e;
                }
                if (damaged.count() == MAX_TRIES) {
                    throw new StorageException(
                            StorageException.Kind.RETRY,
                            bytes + " bytes at " + position + " of object " + key + " came damaged " + MAX_TRIES
                                    + " times, each time in another way: " + e.getMessage(),
                            e);
                }
            }
        }
    }

    private ByteBuffer read(String key, long from, int bytes) {
        ByteBuffer into = ByteBuffer.allocateDirect(bytes);
        if (bytes > 0) {
            store.getRange(key, from, into);
        }
        return into.flip();
    }

    private static StorageException corrupt(String where, String what) {
        return new StorageException(StorageException.Kind.CORRUPT, where + ": " + what);
    }
}
