// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * Describes the chunks of a segment object and the blobs that travel with it. The same bytes stand in the
 * object and in the manifest's entry of it, so that a read needs no request for the index. It stays encoded
 * in memory, about 10 bytes a chunk, and decodes what a look-up asks for. Immutable.
 */
public final class SegmentIndex {
    private final byte[] encoded;
    private final SegmentIndexFormat.Layout layout;

    private SegmentIndex(byte[] encoded, SegmentIndexFormat.Layout layout) {
        this.encoded = encoded;
        this.layout = layout;
    }

    /**
     * Describes an object that is not encrypted.
     *
     * @param contentCrc sum of its batches, as {@link ContentCrc} says
     * @param chunks the chunks, in the order of their offsets, numbered from 0; the first is at
     *     {@link SegmentFormat#HEADER_BYTES}, each next one where the one before ends
     * @param blobs the blobs, numbered from 0, from where the last chunk ends
     * @return the index
     */
    public static SegmentIndex of(int contentCrc, List<Chunk> chunks, List<StoredBlob> blobs) {
        return of(Optional.empty(), contentCrc, chunks, blobs);
    }

    /**
     * @param key the object's data key, if it is encrypted
     * @param contentCrc as {@link #of(int, List, List)}
     * @param chunks as {@link #of(int, List, List)}
     * @param blobs as {@link #of(int, List, List)}
     * @return the index
     * @throws IllegalArgumentException if a position is not where the one before ends
     */
    static SegmentIndex of(Optional<WrappedKey> key, int contentCrc, List<Chunk> chunks, List<StoredBlob> blobs) {
        return parse(SegmentIndexFormat.encode(key, contentCrc, chunks, blobs), "new index");
    }

    /**
     * Checks an encoded index, and keeps a copy of it.
     *
     * @param encoded from position to limit; not moved
     * @param where names the bytes in the message
     * @return the index
     * @throws io.varve.core.spi.StorageException CORRUPT if the bytes are not an index
     */
    public static SegmentIndex parse(ByteBuffer encoded, String where) {
        byte[] copy = new byte[encoded.remaining()];
        encoded.duplicate().get(copy);
        return new SegmentIndex(copy, SegmentIndexFormat.check(ByteBuffer.wrap(copy), where));
    }

    /** @return the encoded index, read-only */
    public ByteBuffer encoded() {
        return ByteBuffer.wrap(encoded).asReadOnlyBuffer();
    }

    /** @return number of chunks; 0 if compaction left no batch */
    public int chunkCount() {
        return layout.chunks();
    }

    /** @return bytes of all chunks as appended */
    public long bytes() {
        return layout.bytes();
    }

    /**
     * @return sum of all batches of the object, as {@link ContentCrc} says; empty if the object was stored
     *     before it was noted
     */
    public OptionalInt contentCrc() {
        return SegmentIndexFormat.contentCrc(ByteBuffer.wrap(encoded));
    }

    /** @return where the last blob or chunk ends in the object, exclusive */
    public long dataEnd() {
        return layout.dataEnd();
    }

    /**
     * Finds the chunk to read from.
     *
     * @param offset any offset
     * @return the chunk that contains it, or the first one after it; empty if all end at or below it
     */
    public Optional<Chunk> chunkOf(long offset) {
        return first(chunk -> chunk.endOffset() > offset);
    }

    /**
     * @param number the chunk's number, 0 or more
     * @return the chunk; empty if there are not as many
     */
    public Optional<Chunk> chunk(int number) {
        return first(chunk -> chunk.number() == number);
    }

    /** @return all chunks, in the order of their offsets; decodes all of them */
    public List<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>(layout.chunks());
        ChunkWalk walk = walk();
        while (walk.hasNext()) {
            chunks.add(walk.next());
        }
        return chunks;
    }

    /** @return the blobs, in no order; decodes all of them */
    public List<StoredBlob> blobs() {
        return SegmentIndexFormat.blobs(ByteBuffer.wrap(encoded), layout);
    }

    /** @return the object's data key; empty if it is not encrypted */
    public Optional<WrappedKey> key() {
        return SegmentIndexFormat.key(ByteBuffer.wrap(encoded));
    }

    private Optional<Chunk> first(Predicate<Chunk> wanted) {
        ChunkWalk walk = walk();
        while (walk.hasNext()) {
            Chunk chunk = walk.next();
            if (wanted.test(chunk)) {
                return Optional.of(chunk);
            }
        }
        return Optional.empty();
    }

    private ChunkWalk walk() {
        return new ChunkWalk(ByteBuffer.wrap(encoded).position(layout.chunksAt()), layout.chunks(), layout.overhead());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SegmentIndex index && Arrays.equals(encoded, index.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    @Override
    public String toString() {
        return layout.chunks() + " chunks of " + layout.bytes() + " bytes";
    }
}
