// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.varve.core.spi.StorageException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Encodes an index, and checks an encoded one (docs/formats/s3.md). Stateless.
 *
 * <pre>
 * version | sum of the batches | key | blobs | number of chunks | chunks
 * </pre>
 */
final class SegmentIndexFormat {
    private static final byte VERSION = 2;
    /** Has no sum of the batches. */
    private static final byte FIRST_VERSION = 1;

    private static final int MAX_NAME = 32;
    /** Five numbers of at most 10 bytes. */
    private static final int MAX_CHUNK = 50;
    /** Name with its length, four numbers of at most 10 bytes, codec, CRC. */
    private static final int MAX_BLOB = 1 + MAX_NAME + 40 + 1 + 4;
    /** A chunk has at least four numbers of a byte. */
    private static final int MIN_CHUNK = 4;

    private static final Chunk BEFORE_FIRST = new Chunk(-1, 0, 0, 0, SegmentFormat.HEADER_BYTES, 0, 0, ChunkCodec.NONE);

    private SegmentIndexFormat() {}

    /**
     * Says where an encoded index has what.
     *
     * @param blobsAt first byte of the blobs in the index
     * @param chunksAt first byte of the first chunk in the index
     * @param chunks number of chunks
     * @param overhead bytes that a chunk has in the object beside its compressed bytes
     * @param bytes bytes of all chunks as appended
     * @param dataEnd where the last blob or chunk ends in the object
     */
    record Layout(int blobsAt, int chunksAt, int chunks, int overhead, long bytes, long dataEnd) {}

    static ByteBuffer encode(Optional<WrappedKey> key, int contentCrc, List<Chunk> chunks, List<StoredBlob> blobs) {
        ByteBuffer into = ByteBuffer.allocate(1024
                + key.map(wrapped -> wrapped.bytes().size()).orElse(0)
                + blobs.size() * MAX_BLOB
                + chunks.size() * MAX_CHUNK);
        into.put(VERSION).putInt(contentCrc);
        putKey(into, key);
        long position = chunks.isEmpty() ? SegmentFormat.HEADER_BYTES : end(chunks.get(chunks.size() - 1));
        Varints.putUnsigned(into, position);
        Varints.putUnsigned(into, blobs.size());
        for (StoredBlob blob : blobs) {
            requireAt(blob.position(), position, "blob " + blob.name());
            putBlob(into, blob);
            position += blob.storedBytes();
        }
        Varints.putUnsigned(into, chunks.size());
        Chunk previous = BEFORE_FIRST;
        for (Chunk chunk : chunks) {
            requireAt(chunk.position(), end(previous), "chunk " + chunk.number());
            ChunkWalk.put(into, previous, chunk);
            previous = chunk;
        }
        return into.flip();
    }

    /**
     * @param encoded the whole buffer is the index
     * @param where names the bytes in the message
     * @throws StorageException CORRUPT if it is none
     */
    static Layout check(ByteBuffer encoded, String where) {
        ByteBuffer from = encoded.duplicate();
        try {
            return layout(from);
        } catch (BufferUnderflowException e) {
            throw corrupt(where, from, "it ends too early", e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw corrupt(where, from, e.getMessage(), e);
        }
    }

    private static StorageException corrupt(String where, ByteBuffer from, String what, RuntimeException cause) {
        return new StorageException(
                StorageException.Kind.CORRUPT,
                where + ": no segment index, at byte " + from.position() + " of " + from.capacity() + ": " + what,
                cause);
    }

    private static Layout layout(ByteBuffer from) {
        byte version = from.duplicate().get();
        if (version != VERSION && version != FIRST_VERSION) {
            throw new NumberFormatException("version is " + version + ", must be " + FIRST_VERSION + " or " + VERSION);
        }
        int overhead = SegmentFormat.overhead(key(from.duplicate()).isPresent());
        skipKey(from.position(keyAt(from)));
        int blobsAt = from.position();
        long blobStart = Varints.unsigned(from);
        long dataEnd = blobStart;
        for (StoredBlob blob : readBlobs(from, blobStart, overhead)) {
            dataEnd += blob.storedBytes();
        }
        int chunks = count(from, MIN_CHUNK, "chunks");
        int chunksAt = from.position();
        ChunkWalk walk = new ChunkWalk(from, chunks, overhead);
        long bytes = 0;
        while (walk.hasNext()) {
            bytes += walk.next().bytes();
        }
        if (walk.position() != blobStart) {
            throw new NumberFormatException("chunks end at " + walk.position() + ", blobs begin at " + blobStart);
        }
        if (from.hasRemaining()) {
            throw new NumberFormatException(from.remaining() + " bytes follow the last chunk");
        }
        return new Layout(blobsAt, chunksAt, chunks, overhead, bytes, dataEnd);
    }

    static List<StoredBlob> blobs(ByteBuffer encoded, Layout layout) {
        ByteBuffer from = encoded.position(layout.blobsAt());
        return readBlobs(from, Varints.unsigned(from), layout.overhead());
    }

    static Optional<WrappedKey> key(ByteBuffer encoded) {
        ByteBuffer from = encoded.position(keyAt(encoded));
        int idBytes = from.get() & 0xFF;
        if (idBytes == 0) {
            return Optional.empty();
        }
        String id = text(from, idBytes);
        byte[] wrapped = new byte[bounded(Varints.unsigned(from), 1, WrappedKey.MAX_BYTES, "size of the wrapped key")];
        from.get(wrapped);
        return Optional.of(new WrappedKey(id, KeyBytes.copyOf(wrapped)));
    }

    private static int keyAt(ByteBuffer encoded) {
        int at = encoded.get(0) == FIRST_VERSION ? 1 : 1 + Integer.BYTES;
        if (at > encoded.limit()) {
            throw new BufferUnderflowException();
        }
        return at;
    }

    static OptionalInt contentCrc(ByteBuffer encoded) {
        return encoded.get(0) == FIRST_VERSION ? OptionalInt.empty() : OptionalInt.of(encoded.getInt(1));
    }

    private static void skipKey(ByteBuffer from) {
        int idBytes = from.get() & 0xFF;
        if (idBytes > 0) {
            from.position(from.position() + idBytes);
            int bytes = (int) Varints.unsigned(from);
            from.position(from.position() + bytes);
        }
    }

    private static void putKey(ByteBuffer into, Optional<WrappedKey> key) {
        if (key.isEmpty()) {
            into.put((byte) 0);
            return;
        }
        putText(into, key.get().keyId());
        Varints.putUnsigned(into, key.get().bytes().size());
        into.put(key.get().bytes().buffer());
    }

    private static void putBlob(ByteBuffer into, StoredBlob blob) {
        putText(into, blob.name());
        Varints.putUnsigned(into, blob.offset());
        into.put((byte) blob.codec().id());
        Varints.putUnsigned(into, blob.storedBytes());
        Varints.putUnsigned(into, blob.bytes());
        into.putInt(blob.crc());
    }

    private static List<StoredBlob> readBlobs(ByteBuffer from, long start, int overhead) {
        int count = count(from, MIN_CHUNK, "blobs");
        List<StoredBlob> blobs = new ArrayList<>(Math.min(count, 64));
        long position = start;
        for (int i = 0; i < count; i++) {
            String name = text(from, bounded(from.get(), 1, MAX_NAME, "length of a blob's name"));
            long offset = Varints.unsigned(from);
            ChunkCodec codec = ChunkCodec.forId(from.get());
            int stored = bounded(Varints.unsigned(from), 1, Integer.MAX_VALUE, "stored bytes of blob " + name);
            int bytes = bounded(Varints.unsigned(from), 0, Integer.MAX_VALUE, "bytes of blob " + name);
            int crc = from.getInt();
            if (offset < 0) {
                throw new NumberFormatException("offset of blob " + name + " is " + offset + ", must be 0 or more");
            }
            StoredForm.requirePossible(codec, bytes, stored, overhead, 0);
            blobs.add(new StoredBlob(i, name, offset, position, stored, bytes, codec, crc));
            position = Math.addExact(position, stored);
        }
        return blobs;
    }

    private static int count(ByteBuffer from, int minBytes, String what) {
        long count = Varints.unsigned(from);
        return bounded(count, 0, from.remaining() / minBytes, "number of " + what);
    }

    private static int bounded(long value, long min, long max, String what) {
        if (value < min || value > max) {
            throw new NumberFormatException(what + " is " + value + ", must be " + min + " to " + max);
        }
        return (int) value;
    }

    private static void putText(ByteBuffer into, String text) {
        into.put((byte) text.length());
        into.put(text.getBytes(US_ASCII));
    }

    private static String text(ByteBuffer from, int length) {
        byte[] text = new byte[length];
        from.get(text);
        return new String(text, US_ASCII);
    }

    private static long end(Chunk chunk) {
        return chunk.position() + chunk.storedBytes();
    }

    private static void requireAt(long position, long due, String what) {
        if (position != due) {
            throw new IllegalArgumentException(what + " is at " + position + ", must be at " + due);
        }
    }
}
