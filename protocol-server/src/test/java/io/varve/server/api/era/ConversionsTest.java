// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.InvalidBatchException.Kind;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.BufferSlice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xerial.snappy.Snappy;

/**
 * Kafka's own classes, which can still read and write the old formats, write what is converted and read it.
 */
class ConversionsTest {
    private static final long SEED = 20_261_129;
    private static final int ROUNDS = 40;
    private static final int PLENTY = 10 << 20;

    /** A record as clients see it; null for no key or value. */
    private record Seen(long offset, long timestamp, String key, String value) {}

    static Stream<Arguments> formats() {
        return Stream.of((byte) 0, (byte) 1)
                .flatMap(magic -> Stream.of(
                                CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4)
                        .map(codec -> Arguments.of(magic, codec)));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void recordsAreTheSameAfterTheWayUpAndTheWayDown(byte magic, CompressionType codec) {
        Random random = new Random(SEED + magic * 10 + codec.id);
        for (int round = 0; round < ROUNDS; round++) {
            List<Seen> records = randomRecords(random, magic);
            ByteBuffer up = up(write(magic, codec, records));
            List<Seen> stored = read(up);
            assertThat(stored).as("round %s of seed %s", round, SEED).isEqualTo(records);
            assertThat(BatchHeader.codecId(up, 0)).isEqualTo(codec.id);
            assertThat(BatchHeader.maxTimestamp(up, 0))
                    .isEqualTo(records.stream().mapToLong(Seen::timestamp).max().orElseThrow());

            DownConversion.DownConverted down = down(0, magic, PLENTY).convert(new BufferSlice(up));
            assertThat(down.nextOffset()).isEqualTo(records.size());
            assertThat(read(down.messages())).isEqualTo(records);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void whatDoesNotFitComesWithTheNextFetch(byte magic, CompressionType codec) {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            List<Seen> records = randomRecords(random, magic);
            ByteBuffer batch = up(write(magic, codec, records));
            int limit = 1 + random.nextInt(300);
            List<Seen> got = new ArrayList<>();
            while (got.size() < records.size()) {
                DownConversion.DownConverted some =
                        down(got.size(), magic, limit).convert(new BufferSlice(batch.duplicate()));
                List<Seen> here = read(some.messages());
                assertThat(here)
                        .as("from %s, limit %s, seed %s", got.size(), limit, SEED)
                        .isNotEmpty();
                if (here.size() > 1) {
                    assertThat(some.messages().remaining()).isLessThanOrEqualTo(limit);
                }
                got.addAll(here);
                assertThat(some.nextOffset()).isEqualTo(got.size());
            }
            assertThat(got).isEqualTo(records);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void offsetsStayThoseOfTheLogAlsoWhereCompactionLeftGaps(byte magic, CompressionType codec) {
        List<Seen> left = List.of(seen(100, 5, "a", "1"), seen(103, 7, "b", "2"), seen(109, 6, "c", null));
        ByteBuffer batch = compacted(codec, left, 112);

        DownConversion.DownConverted all = down(90, magic, PLENTY).convert(new BufferSlice(batch.duplicate()));
        assertThat(read(all.messages())).isEqualTo(withoutTimestamps(magic, left));
        assertThat(all.nextOffset())
                .as("after the batch, not after its last record")
                .isEqualTo(113);

        DownConversion.DownConverted middle = down(101, magic, PLENTY).convert(new BufferSlice(batch.duplicate()));
        assertThat(read(middle.messages())).isEqualTo(withoutTimestamps(magic, left.subList(1, 3)));

        DownConversion.DownConverted none = down(110, magic, PLENTY).convert(new BufferSlice(batch.duplicate()));
        assertThat(none.messages().remaining()).isZero();
        assertThat(none.nextOffset()).isEqualTo(113);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void headersAreDroppedAndControlBatchesLeftOut(byte magic, CompressionType codec) {
        MemoryRecordsBuilder builder = builder((byte) 2, codec, 0);
        builder.append(3, bytes("k"), bytes("v"), new Header[] {new RecordHeader("h", bytes("x"))});
        ByteBuffer data = builder.build().buffer();
        ByteBuffer marker = RecordBatchBuilder.marker(ControlType.COMMIT, 4, 1, (short) 0, 0);
        BatchHeader.setBaseOffset(marker, 0, 1);
        ByteBuffer both = ByteBuffer.allocate(data.remaining() + marker.remaining());
        both.put(data).put(marker).flip();

        DownConversion.DownConverted down = down(0, magic, PLENTY).convert(new BufferSlice(both));

        assertThat(read(down.messages())).isEqualTo(withoutTimestamps(magic, List.of(seen(0, 3, "k", "v"))));
        assertThat(down.nextOffset()).isEqualTo(2);
    }

    @Test
    void logAppendTimeIsTheTimeOfEachMessage() {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(512), (byte) 2, Compression.gzip().build(), TimestampType.LOG_APPEND_TIME, 0, 77);
        builder.append(3, bytes("k"), bytes("v"));
        builder.append(4, bytes("k"), bytes("v"));

        DownConversion.DownConverted down = down(0, (byte) 1, PLENTY)
                .convert(new BufferSlice(builder.build().buffer()));

        MemoryRecords records = MemoryRecords.readableRecords(down.messages());
        assertThat(records.batches().iterator().next().timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(records.records()).extracting(Record::timestamp).containsExactly(77L, 77L);
    }

    @Test
    void zstdIsRefusedOnceItIsTheNext() {
        ByteBuffer zstd = compacted(CompressionType.ZSTD, List.of(seen(1, 5, "a", "1")), 1);
        assertThatThrownBy(() -> down(0, (byte) 1, PLENTY).convert(new BufferSlice(zstd.duplicate())))
                .isInstanceOf(UnsupportedCompressionTypeException.class);

        ByteBuffer first = compacted(CompressionType.NONE, List.of(seen(0, 5, "a", "0")), 0);
        ByteBuffer both = ByteBuffer.allocate(first.remaining() + zstd.remaining());
        both.put(first).put(zstd.duplicate()).flip();
        DownConversion.DownConverted down = down(0, (byte) 1, PLENTY).convert(new BufferSlice(both));
        assertThat(read(down.messages())).hasSize(1);
        assertThat(down.nextOffset()).isEqualTo(1);
    }

    @Test
    void aMessageThatIsCutOffIsNotRead() {
        ByteBuffer set = write((byte) 1, CompressionType.NONE, List.of(seen(0, 1, "a", "1"), seen(1, 2, "b", "2")));
        assertThat(read(up(set.duplicate().limit(set.limit() - 1)))).hasSize(1);
        assertThat(new UpConversion(set.duplicate().limit(20), DecompressionMeter.NONE, PLENTY).convert())
                .isNull();
        assertThat(new UpConversion(ByteBuffer.allocate(0), DecompressionMeter.NONE, PLENTY).convert())
                .isNull();
    }

    @Test
    void bareSnappyIsReadAsSomeClientsWriteIt() throws Exception {
        ByteBuffer inner = write((byte) 0, CompressionType.NONE, List.of(seen(0, -1, "a", "1"), seen(1, -1, "b", "2")));
        byte[] plain = Utils.toArray(inner);
        ByteBuffer set = wrapper((byte) 0, CompressionType.SNAPPY.id, ByteBuffer.wrap(Snappy.compress(plain)));
        assertThat(read(up(set))).extracting(Seen::value).containsExactly("1", "2");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void damagedMessagesAreRefusedAsKafkaDid(byte magic, CompressionType codec) {
        List<Seen> records = List.of(seen(0, magic == 0 ? -1 : 1, "a", "1"), seen(1, magic == 0 ? -1 : 2, "b", "2"));
        ByteBuffer sound = write(magic, codec, records);
        ByteBuffer damaged = copy(sound);
        damaged.put(damaged.limit() - 1, (byte) ~damaged.get(damaged.limit() - 1));
        assertRefused(Kind.CORRUPT, damaged);
        ByteBuffer small = copy(sound);
        small.putInt(OldMessage.SIZE_AT, 5);
        assertRefused(Kind.CORRUPT, small);
        ByteBuffer strange = copy(sound);
        strange.put(OldMessage.MAGIC_AT, (byte) 9);
        assertRefused(Kind.CORRUPT, strange);
        ByteBuffer unknown = copy(sound);
        unknown.put(OldMessage.ATTRIBUTES_AT, (byte) 6);
        assertRefused(Kind.UNKNOWN_CODEC, unknown);
        ByteBuffer longKey = copy(sound);
        longKey.putInt(OldMessage.keyAt(magic), 1 << 20);
        assertRefused(Kind.CORRUPT, withCrc(longKey));
    }

    @Test
    void wrappersMustHoldPlainMessagesOfTheirMagic() {
        ByteBuffer plain = write((byte) 1, CompressionType.NONE, List.of(seen(0, 1, "a", "1")));
        ByteBuffer gzip = write((byte) 1, CompressionType.GZIP, List.of(seen(0, 1, "a", "1")));
        assertRefused(Kind.INVALID_RECORD, wrapper((byte) 1, (byte) 1, gzip(gzip)));
        assertRefused(Kind.INVALID_RECORD, wrapper((byte) 0, (byte) 1, gzip(plain)));
        assertRefused(Kind.INVALID_RECORD, wrapper((byte) 1, (byte) 1, gzip(ByteBuffer.allocate(0))));
        assertRefused(Kind.INVALID_RECORD, wrapper((byte) 1, (byte) 1, null));
        assertRefused(Kind.INVALID_RECORD, wrapper((byte) 1, (byte) 4, gzip(plain)));
        assertRefused(Kind.NOT_DECOMPRESSIBLE, wrapper((byte) 1, (byte) 1, plain));
        assertRefused(Kind.NOT_DECOMPRESSIBLE, wrapper((byte) 1, (byte) 2, plain));
        assertRefused(Kind.NOT_DECOMPRESSIBLE, wrapper((byte) 1, (byte) 3, plain));
        ByteBuffer cut = plain.duplicate().limit(plain.limit() - 1);
        assertRefused(Kind.INVALID_RECORD, wrapper((byte) 1, (byte) 1, gzip(cut)));
        ByteBuffer damaged = copy(plain);
        damaged.put(damaged.limit() - 1, (byte) 'x');
        assertRefused(Kind.CORRUPT, wrapper((byte) 1, (byte) 1, gzip(damaged)));
        assertRefused(Kind.INVALID_RECORD, join(gzip, gzip));
        assertRefused(Kind.INVALID_RECORD, join(plain, gzip));
        assertRefused(
                Kind.INVALID_RECORD,
                join(plain, write((byte) 0, CompressionType.NONE, List.of(seen(0, -1, "a", "1")))));
    }

    @Test
    void aMeterEndsADecompressionThatTakesLong() {
        ByteBuffer zeros = write((byte) 1, CompressionType.NONE, List.of(seen(0, 1, "a", "0".repeat(1 << 20))));
        ByteBuffer set = wrapper((byte) 1, (byte) 1, gzip(zeros));
        assertThat(set.remaining()).isLessThan(10_000);
        long[] left = {100_000};
        assertThatThrownBy(() -> new UpConversion(
                                set,
                                bytes -> {
                                    left[0] -= bytes;
                                    if (left[0] < 0) {
                                        throw new IllegalStateException("enough");
                                    }
                                },
                                PLENTY)
                        .convert())
                .hasMessage("enough");
    }

    @Test
    void aBatchThatGrowsFarBeyondItsMessagesIsRefused() {
        // Blocks of 64 KiB find the repetition in none of the others; the larger window of the client did.
        byte[] noise = new byte[60_000];
        new Random(SEED).nextBytes(noise);
        byte[] repeated = new byte[60 * noise.length];
        for (int i = 0; i < repeated.length; i++) {
            repeated[i] = noise[i % noise.length];
        }
        ByteBuffer inner = new OldMessageSet((byte) 1).message(0, (byte) 0, 1, null, ByteBuffer.wrap(repeated));
        ByteBuffer set = wrapper((byte) 1, (byte) 3, inLargeBlocks(inner));
        assertThat(set.remaining()).isLessThan(repeated.length / 10);
        assertRefused(Kind.TOO_LARGE, set);
    }

    private static void assertRefused(Kind kind, ByteBuffer set) {
        assertThatThrownBy(() -> up(set))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }

    private static DownConversion down(long from, byte magic, int limit) {
        return new DownConversion(from, magic, limit, () -> true);
    }

    private static ByteBuffer up(ByteBuffer set) {
        return new UpConversion(set, DecompressionMeter.NONE, PLENTY).convert();
    }

    private static List<Seen> randomRecords(Random random, byte magic) {
        List<Seen> records = new ArrayList<>();
        int count = 1 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            long timestamp = magic == 0 ? -1 : 1_700_000_000_000L + random.nextInt(10_000) - 5_000;
            records.add(seen(i, timestamp, text(random), text(random)));
        }
        return records;
    }

    private static String text(Random random) {
        int length = random.nextInt(6);
        return length == 0 ? null : "x".repeat(random.nextInt(5) == 0 ? random.nextInt(4_000) : length - 1);
    }

    private static Seen seen(long offset, long timestamp, String key, String value) {
        return new Seen(offset, timestamp, key, value);
    }

    private static List<Seen> withoutTimestamps(byte magic, List<Seen> records) {
        return magic == 1
                ? records
                : records.stream()
                        .map(each -> seen(each.offset, -1, each.key, each.value))
                        .toList();
    }

    private static MemoryRecordsBuilder builder(byte magic, CompressionType codec, long base) {
        return MemoryRecords.builder(
                ByteBuffer.allocate(1 << 20), magic, Compression.of(codec).build(), TimestampType.CREATE_TIME, base);
    }

    private static ByteBuffer write(byte magic, CompressionType codec, List<Seen> records) {
        MemoryRecordsBuilder builder = builder(magic, codec, 0);
        records.forEach(
                each -> builder.appendWithOffset(each.offset, each.timestamp, bytes(each.key), bytes(each.value)));
        return builder.build().buffer();
    }

    private static ByteBuffer compacted(CompressionType codec, List<Seen> records, long lastOffset) {
        MemoryRecordsBuilder builder = builder((byte) 2, codec, records.get(0).offset);
        records.forEach(
                each -> builder.appendWithOffset(each.offset, each.timestamp, bytes(each.key), bytes(each.value)));
        builder.overrideLastOffset(lastOffset);
        return builder.build().buffer();
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Seen> read(ByteBuffer bytes) {
        List<Seen> records = new ArrayList<>();
        MemoryRecords.readableRecords(bytes.duplicate()).batches().forEach(batch -> {
            batch.ensureValid();
            for (Record record : batch) {
                record.ensureValid();
                records.add(seen(record.offset(), record.timestamp(), text(record.key()), text(record.value())));
            }
        });
        return records;
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static ByteBuffer wrapper(byte magic, byte attributes, ByteBuffer value) {
        return copy(new OldMessageSet(magic).message(0, attributes, 1, null, value));
    }

    private static ByteBuffer gzip(ByteBuffer bytes) {
        ByteBufferOutputStream out = new ByteBufferOutputStream(1024);
        try (OutputStream gzip = Compression.gzip().build().wrapForOutput(out, (byte) 1)) {
            gzip.write(Utils.toArray(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return OldMessageSet.view(out);
    }

    private static ByteBuffer inLargeBlocks(ByteBuffer bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream lz4 = new LZ4FrameOutputStream(out, BLOCKSIZE.SIZE_4MB, FLG.Bits.BLOCK_INDEPENDENCE)) {
            lz4.write(Utils.toArray(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static ByteBuffer join(ByteBuffer... sets) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(sets).mapToInt(ByteBuffer::remaining).sum());
        Arrays.stream(sets).forEach(set -> all.put(set.duplicate()));
        return all.flip();
    }

    private static ByteBuffer copy(ByteBuffer set) {
        return join(set);
    }

    private static ByteBuffer withCrc(ByteBuffer set) {
        int size = set.getInt(OldMessage.SIZE_AT) + OldMessage.OVERHEAD;
        CRC32 crc = new CRC32();
        crc.update(set.slice(OldMessage.MAGIC_AT, size - OldMessage.MAGIC_AT));
        return set.putInt(OldMessage.CRC_AT, (int) crc.getValue());
    }
}
