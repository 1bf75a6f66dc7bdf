// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.Crc32c;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.AEADBadTagException;

/**
 * Decodes chunks and blobs from their bytes in an object, and checks them on the way: checksum, authenticity,
 * sizes, and that a chunk has whole batches of the index's offsets. Thread-safe.
 */
public final class ChunkDecoder {
    private final Optional<DataKeys> keys;

    /** @param keys unwraps data keys; empty if no object is encrypted */
    public ChunkDecoder(Optional<KeyWrapper> keys) {
        this.keys = keys.map(DataKeys::new);
    }

    /**
     * Decodes a chunk.
     *
     * @param object id of the object
     * @param index the object's index
     * @param chunk one of its chunks
     * @param stored the chunk's bytes in the object, from position to limit; a direct buffer. It is not
     *     moved, but overwritten if the object is encrypted
     * @param into a direct buffer with exactly {@link Chunk#bytes} left; its position moves to its limit
     * @throws StorageException CORRUPT if the bytes are not those of the chunk; RETRY if the key service
     *     cannot be reached; MISUSE if the object is encrypted and no key is configured
     */
    public void decode(UUID object, SegmentIndex index, Chunk chunk, ByteBuffer stored, ByteBuffer into) {
        String where = "chunk " + chunk.number() + " at byte " + chunk.position() + " of object " + object;
        Place place = new Place(where, ChunkCipher.Kind.CHUNK, chunk.number(), chunk.codec());
        requireSize(place, stored, chunk.storedBytes());
        ByteBuffer plain = into.slice(into.position(), chunk.bytes());
        unpack(place, object, index.key(), stored.slice(), plain);
        requireBatches(where, chunk, plain);
        into.position(into.position() + chunk.bytes());
    }

    /**
     * Decodes a blob.
     *
     * @param object id of the object
     * @param index the object's index
     * @param blob one of its blobs
     * @param stored the blob's bytes in the object, as in {@link #decode}
     * @return its bytes as written
     * @throws StorageException as {@link #decode}
     */
    public ByteBuffer decodeBlob(UUID object, SegmentIndex index, StoredBlob blob, ByteBuffer stored) {
        String where = "blob " + blob.name() + " at byte " + blob.position() + " of object " + object;
        Place place = new Place(where, ChunkCipher.Kind.BLOB, blob.number(), blob.codec());
        requireSize(place, stored, blob.storedBytes());
        ByteBuffer plain = ByteBuffer.allocateDirect(blob.bytes());
        unpack(place, object, index.key(), stored.slice(), plain);
        requireCrc(where + ", decoded", plain, blob.crc());
        return plain;
    }

    /** Names what is decoded. */
    private record Place(String where, ChunkCipher.Kind kind, int number, ChunkCodec codec) {}

    private void unpack(Place place, UUID object, Optional<WrappedKey> wrapped, ByteBuffer stored, ByteBuffer plain) {
        int packedBytes = stored.remaining() - SegmentFormat.CRC_BYTES;
        ByteBuffer packed = stored.slice(0, packedBytes);
        requireCrc(place.where, packed, stored.getInt(packedBytes));
        if (wrapped.isPresent()) {
            ByteBuffer target = place.codec == ChunkCodec.NONE ? plain.duplicate() : packed.duplicate();
            decrypt(place, object, wrapped.get(), packed, target);
            packed = target.flip();
        } else if (place.codec == ChunkCodec.NONE) {
            plain.duplicate().put(packed);
        }
        if (place.codec != ChunkCodec.NONE) {
            String wrong = ChunkCompressor.decompress(place.codec, packed, plain);
            if (wrong != null) {
                throw corrupt(place.where, wrong);
            }
        }
    }

    private void decrypt(Place place, UUID object, WrappedKey wrapped, ByteBuffer packed, ByteBuffer target) {
        DataKeys unwrapping = keys.orElseThrow(() -> new StorageException(
                StorageException.Kind.MISUSE,
                place.where + " is encrypted with key '" + wrapped.keyId()
                        + "', but no key is configured: set s3.encryption.key.file"));
        try {
            new ChunkCipher(unwrapping.unwrap(wrapped), object).decrypt(place.kind, place.number, packed, target);
        } catch (AEADBadTagException e) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    place.where + ": does not decrypt: it was changed, or belongs elsewhere",
                    e);
        }
    }

    private static void requireSize(Place place, ByteBuffer stored, int expected) {
        if (stored.remaining() != expected) {
            throw corrupt(place.where, stored.remaining() + " bytes, expected " + expected);
        }
    }

    private static void requireCrc(String where, ByteBuffer bytes, int expected) {
        int crc = Crc32c.of(bytes);
        if (crc != expected) {
            throw corrupt(
                    where, "CRC-32C is " + Integer.toHexString(crc) + ", expected " + Integer.toHexString(expected));
        }
    }

    /** The batches' own checksums are left to who reads the records. */
    private static void requireBatches(String where, Chunk chunk, ByteBuffer plain) {
        int at = 0;
        long next = chunk.baseOffset();
        while (at < plain.limit()) {
            int size;
            try {
                size = BatchValidator.frame(plain, at, plain.limit());
            } catch (InvalidBatchException e) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT, where + ": no whole batch at its byte " + at, e);
            }
            long base = BatchHeader.baseOffset(plain, at);
            long end = BatchHeader.nextOffset(plain, at);
            if (base < next || end <= base || end > chunk.endOffset() || at == 0 && base != next) {
                throw corrupt(
                        where,
                        "batch of offsets " + base + " to " + end + " at its byte " + at + ", expected " + next + " to "
                                + chunk.endOffset());
            }
            next = end;
            at += size;
        }
        if (next != chunk.endOffset()) {
            throw corrupt(where, "batches end at offset " + next + ", expected " + chunk.endOffset());
        }
    }

    private static StorageException corrupt(String where, String what) {
        return new StorageException(StorageException.Kind.CORRUPT, where + ": " + what);
    }
}
