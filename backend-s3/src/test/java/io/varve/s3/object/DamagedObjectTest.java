// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.varve.core.record.Codec;
import io.varve.core.record.Crc32c;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.s3.client.MemoryBucket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import net.jpountz.lz4.LZ4Factory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that no changed, cut, swapped or hostile byte of an object gets past its reader. */
class DamagedObjectTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"NONE, false", "ZSTD, false", "LZ4, false", "NONE, true", "ZSTD, true"})
    void findsEveryFlippedByte(ChunkCodec codec, boolean encrypted) {
        Optional<KeyWrapper> keys = encrypted ? Optional.of(SegmentObjects.keys(directory, "k")) : Optional.empty();
        byte[] sound = small(codec, keys);
        verify(sound, keys);
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            int changed = at;
            assertThatThrownBy(() -> verify(damaged, keys))
                    .as("byte %d of %d", changed, sound.length)
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
        }
    }

    @Test
    void readsAgainWhatWasDamagedOnItsWay() {
        Way way = new Way(small(ChunkCodec.ZSTD, Optional.empty()));
        SegmentObjectReader reader = way.reader;
        SegmentObject object = reader.open(SegmentObjects.KEY);
        Chunk chunk = object.index().chunks().get(0);
        ByteBuffer batches = reader.chunk(SegmentObjects.KEY, SegmentObjects.OBJECT, object.index(), chunk);
        way.damages(read -> (int) chunk.position() + read - 1, read -> read > 3 ? 0 : 1);

        assertThat(reader.chunk(SegmentObjects.KEY, SegmentObjects.OBJECT, object.index(), chunk))
                .isEqualTo(batches);
        assertThat(way.reads).hasValue(4);
    }

    /** Footer and index are small: by chance they can come damaged alike. */
    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "60, false", "60, true", "150, false", "150, true", "700, false"})
    void readsFooterAndIndexAgainThatWereDamagedOnTheirWay(int fromEnd, boolean alike) {
        Way way = new Way(small(ChunkCodec.NONE, Optional.empty()));
        SegmentObject object = way.reader.open(SegmentObjects.KEY);
        way.damages(read -> way.sound.length - fromEnd, read -> read > 2 ? 0 : alike ? 1 : read);

        assertThat(way.reader.open(SegmentObjects.KEY)).isEqualTo(object);
        way.reader.verify(object, verified -> {});
    }

    /** A restore reads many blobs: one request for each would cost more than the bytes. */
    @ParameterizedTest(name = "{0} damaged reads")
    @ValueSource(ints = {0, 1, 3})
    void readsBlobsOfAnObjectInOneRequest(int damaged) {
        byte[] sound = small(ChunkCodec.ZSTD, Optional.of(SegmentObjects.keys(directory, "k")));
        MemoryBucket bucket = new MemoryBucket(Clock.system());
        bucket.hold(SegmentObjects.KEY, sound);
        SegmentObjectReader reader =
                new SegmentObjectReader(bucket, new ChunkDecoder(Optional.of(SegmentObjects.keys(directory, "k"))));
        SegmentObject object = reader.open(SegmentObjects.KEY);
        StoredBlob last = object.index().blobs().stream()
                .max(Comparator.comparingLong(StoredBlob::position))
                .orElseThrow();
        AtomicInteger reads = new AtomicInteger();
        bucket.before(request -> {
            byte[] arrives = sound.clone();
            int read = reads.incrementAndGet();
            arrives[(int) last.position()] ^= (byte) (read > damaged ? 0 : read);
            bucket.hold(SegmentObjects.KEY, arrives);
        });
        Map<StoredBlob, ByteBuffer> read = new HashMap<>();
        reader.blobs(
                SegmentObjects.KEY,
                SegmentObjects.OBJECT,
                object.index(),
                object.index().blobs(),
                read::put);
        assertThat(reads).hasValue(1 + damaged);
        assertThat(read.keySet())
                .containsExactlyInAnyOrderElementsOf(object.index().blobs());
        read.forEach((blob, bytes) -> assertThat(bytes)
                .isEqualTo(reader.blob(SegmentObjects.KEY, SegmentObjects.OBJECT, object.index(), blob)));
    }

    @Test
    void readsAHeaderAgainThatWasDamagedOnItsWay() {
        Way way = new Way(small(ChunkCodec.NONE, Optional.empty()));
        SegmentObject object = way.reader.open(SegmentObjects.KEY);
        way.damages(read -> 1, read -> read > 2 ? 0 : 1);

        way.reader.verify(object, verified -> {});
    }

    /** Nothing says then that the bucket has other bytes than were written. */
    @Test
    void whatComesDamagedInAnotherWayEachTimeIsNotCalledCorrupt() {
        Way way = new Way(small(ChunkCodec.NONE, Optional.empty()));
        way.damages(read -> way.sound.length - 1, read -> read);

        assertThatThrownBy(() -> way.reader.open(SegmentObjects.KEY, way.sound.length))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.RETRY));
        assertThat(way.reads.get()).isBetween(3, 20);
    }

    @Test
    void findsEveryTruncation() {
        byte[] sound = small(ChunkCodec.ZSTD, Optional.empty());
        for (int length = 0; length < sound.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(sound, length);
            assertCorrupt(() -> verify(cut, Optional.empty()));
        }
    }

    @Test
    void refusesAChunkOfAnotherPlaceOrObject() {
        Optional<KeyWrapper> keys = Optional.of(SegmentObjects.keys(directory, "k"));
        BatchList batches = new BatchList(0);
        for (int i = 0; i < 8; i++) {
            batches.add(i * 10, 10, 500, Codec.NONE, new Random(1));
        }
        SegmentWriterConfig config = new SegmentWriterConfig(5_000, ChunkCodec.NONE, keys);
        SegmentObjects.Written written = SegmentObjects.write(config, batches, 0, List.of());
        List<Chunk> chunks = written.index().chunks();
        assertThat(chunks)
                .hasSizeGreaterThan(2)
                .extracting(Chunk::storedBytes)
                .containsOnly(chunks.get(0).storedBytes());
        ChunkDecoder decoder = new ChunkDecoder(keys);

        assertCorrupt(() -> decode(decoder, SegmentObjects.OBJECT, written, chunks.get(0), chunks.get(1)));
        assertCorrupt(() -> decode(decoder, new UUID(3, 3), written, chunks.get(0), chunks.get(0)));
        decode(decoder, SegmentObjects.OBJECT, written, chunks.get(1), chunks.get(1));
    }

    @Test
    void refusesAnEncryptedObjectWithoutItsKey() {
        byte[] object = small(ChunkCodec.NONE, Optional.of(SegmentObjects.keys(directory, "k")));

        assertThatThrownBy(() -> verify(object, Optional.empty()))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISUSE))
                .hasMessageContaining("s3.encryption.key.file");
        Optional<KeyWrapper> other = Optional.of(SegmentObjects.keys(directory, "another"));
        assertThatThrownBy(() -> verify(object, other)).hasMessageContaining("has no key 'k'; it has [another]");
    }

    @Test
    void readsObjectsOfAnOldKeyAfterARotation() {
        byte[] object = small(ChunkCodec.NONE, Optional.of(SegmentObjects.keys(directory, "old")));

        KeyWrapper rotated = SegmentObjects.keys(directory, "new", "old");
        verify(object, Optional.of(rotated));
        assertThat(rotated.generate().wrapped().keyId()).isEqualTo("new");
    }

    @ParameterizedTest
    @EnumSource(
            value = ChunkCodec.class,
            names = {"LZ4", "ZSTD"})
    void boundsWhatACompressedChunkMayUnfoldTo(ChunkCodec codec) {
        // The stored bytes unfold to a hundred times of what the index says.
        ByteBuffer zeros = ByteBuffer.allocate(100_000);
        byte[] packed = codec == ChunkCodec.ZSTD
                ? Zstd.compress(zeros.array())
                : LZ4Factory.fastestInstance().fastCompressor().compress(zeros.array());
        ByteBuffer stored = ByteBuffer.allocateDirect(packed.length + SegmentFormat.CRC_BYTES);
        stored.put(packed).putInt(Crc32c.of(ByteBuffer.wrap(packed))).flip();
        Chunk chunk = new Chunk(0, 0, 10, 5, SegmentFormat.HEADER_BYTES, stored.remaining(), 1_000, codec);
        SegmentIndex index = SegmentIndex.of(1, List.of(chunk), List.of());
        ByteBuffer into = ByteBuffer.allocateDirect(2_000).limit(1_500);

        assertCorrupt(() -> new ChunkDecoder(Optional.empty()).decode(new UUID(0, 0), index, chunk, stored, into));

        assertThat(into.position()).isZero();
        into.limit(2_000);
        for (int i = 1_000; i < 2_000; i++) {
            assertThat(into.get(i)).isZero();
        }
    }

    @Test
    void refusesAnIndexThatClaimsMoreThanCanBe() {
        Chunk bomb = new Chunk(
                0, 0, 10, 5, SegmentFormat.HEADER_BYTES, 100, SegmentFormat.MAX_COMPRESSED + 1, ChunkCodec.ZSTD);
        assertCorrupt(() -> SegmentIndex.of(1, List.of(bomb), List.of()));
        Chunk longer = new Chunk(0, 0, 10, 5, SegmentFormat.HEADER_BYTES, 100, 1 << 30, ChunkCodec.NONE);
        assertCorrupt(() -> SegmentIndex.of(1, List.of(longer), List.of()));
        Chunk nothing = new Chunk(0, 0, 0, 5, SegmentFormat.HEADER_BYTES, 104, 100, ChunkCodec.NONE);
        assertCorrupt(() -> SegmentIndex.of(1, List.of(nothing), List.of()));
    }

    /** Brings an object from a bucket to its reader, and damages it on the way. */
    private static final class Way {
        final byte[] sound;
        final AtomicInteger reads = new AtomicInteger();
        private final MemoryBucket bucket = new MemoryBucket(Clock.system());
        final SegmentObjectReader reader = new SegmentObjectReader(bucket, new ChunkDecoder(Optional.empty()));

        Way(byte[] sound) {
            this.sound = sound;
            bucket.hold(SegmentObjects.KEY, sound);
        }

        /** Flips bits of a byte from now on; place and bits depend on the number of the read, from 1. */
        void damages(IntUnaryOperator at, IntUnaryOperator bits) {
            bucket.before(request -> {
                if (request.startsWith("getRange")) {
                    int read = reads.incrementAndGet();
                    byte[] arrives = sound.clone();
                    arrives[at.applyAsInt(read)] ^= (byte) bits.applyAsInt(read);
                    bucket.hold(SegmentObjects.KEY, arrives);
                }
            });
        }
    }

    private static void decode(
            ChunkDecoder decoder, UUID object, SegmentObjects.Written written, Chunk chunk, Chunk from) {
        ByteBuffer stored = ByteBuffer.allocateDirect(from.storedBytes());
        stored.put(written.bytes(), (int) from.position(), from.storedBytes()).flip();
        decoder.decode(object, written.index(), chunk, stored, ByteBuffer.allocateDirect(chunk.bytes()));
    }

    private byte[] small(ChunkCodec codec, Optional<KeyWrapper> keys) {
        Random random = new Random(1);
        BatchList batches = new BatchList(0)
                .add(0, 2, 40, Codec.NONE, random)
                .add(5, 20, 200, Codec.NONE, random)
                .add(30, 1, 20, Codec.NONE, random);
        List<SegmentContent.SegmentBlob> blobs = List.of(
                new SegmentContent.SegmentBlob("producer", 31, ByteBuffer.wrap(new byte[200])),
                new SegmentContent.SegmentBlob("leader-epochs", 0, ByteBuffer.wrap(new byte[0])));
        return SegmentObjects.write(
                        new SegmentWriterConfig(SegmentWriterConfig.MIN_CHUNK, codec, keys), batches, 0, blobs)
                .bytes();
    }

    private static void verify(byte[] bytes, Optional<KeyWrapper> keys) {
        SegmentObjectReader reader = SegmentObjects.reader(bytes, keys);
        reader.verify(reader.open(SegmentObjects.KEY), verified -> {});
    }

    private static void assertCorrupt(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
}
