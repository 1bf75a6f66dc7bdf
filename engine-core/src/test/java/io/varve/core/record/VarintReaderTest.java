// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares varints and records that are read by the word with the plain way, byte by byte. */
class VarintReaderTest {
    private static final long SEED = 20_261_130;
    private static final int ROUNDS = 30_000;

    @Test
    void readsAnyBytesAsThePlainWayDoes() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(14)];
            for (int i = 0; i < bytes.length; i++) {
                // Bytes that end a varint, and such that do not, about as often.
                bytes[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(4) : random.nextInt(256));
            }
            int left = random.nextInt(bytes.length + 1);
            ByteBuffer buffer = buffer(random, bytes);
            String where = "seed " + SEED + ", round " + round;
            assertThat(read(buffer, left, VarintReader::varint)).as(where).isEqualTo(plain(bytes, left, 5, 0x0F));
            assertThat(read(buffer, left, VarintReader::varlong)).as(where).isEqualTo(plain(bytes, left, 10, 0x01));
        }
    }

    @Test
    void readsEveryVarintOfTwoBytesAndItsNeighbours() {
        for (int value = -70_000; value <= 70_000; value++) {
            byte[] bytes = RawBatch.varint(value);
            for (int behind = 0; behind < 5; behind++) {
                ByteBuffer buffer = ByteBuffer.allocate(bytes.length + behind).put(0, bytes);
                RecordBytes reader = RecordBytes.plain(buffer, 0, buffer.limit());
                reader.confine(buffer.limit());
                assertThat(reader.varint()).isEqualTo(value);
                assertThat(reader.at()).isEqualTo(bytes.length);
            }
        }
    }

    /** Mutates the records of sound batches: the walk must refuse those that the plain way refuses. */
    @Test
    void walksRecordsAsThePlainWayDoes() {
        SplittableRandom random = new SplittableRandom(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE);
            int records = 1 + random.nextInt(random.nextInt(10) == 0 ? 200 : 4);
            for (int i = 0; i < records; i++) {
                byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 9_000 : 70)];
                builder.append(1_000 + random.nextInt(20_000), null, ByteBuffer.wrap(value), List.of());
            }
            ByteBuffer built = builder.build();
            byte[] bytes = new byte[built.remaining()];
            built.get(0, bytes);
            for (int flips = random.nextInt(3); flips > 0; flips--) {
                int space = bytes.length - BatchHeader.SIZE;
                int at = BatchHeader.SIZE + random.nextInt(random.nextBoolean() ? Math.min(space, 12) : space);
                bytes[at] = (byte) (random.nextBoolean() ? bytes[at] ^ 1 << random.nextInt(8) : random.nextInt(256));
            }
            ByteBuffer batch = RawBatch.sealed(ByteBuffer.wrap(bytes));
            long expected = PlainWalk.maxTimestamp(batch, records);
            refused += expected == PlainWalk.REFUSED ? 1 : 0;
            assertThat(walked(batch)).as("seed " + SEED + ", round " + round).isEqualTo(expected);
        }
        assertThat(refused).isBetween(ROUNDS / 10, ROUNDS - ROUNDS / 10);
    }

    /** Lets fields and varints lie across the ends of blocks: 64 KiB of LZ4, 32 KiB of snappy. */
    @ParameterizedTest
    @EnumSource(Codec.class)
    void readsRecordsAcrossBlocks(Codec codec) {
        SplittableRandom random = new SplittableRandom(SEED + codec.id());
        for (int round = 0; round < 40; round++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(codec);
            ByteArrayOutputStream keys = new ByteArrayOutputStream();
            long max = -1;
            for (int i = 0; i < 300; i++) {
                byte[] key = new byte[random.nextInt(random.nextInt(20) == 0 ? 40_000 : 500)];
                random.nextBytes(key);
                long timestamp = random.nextInt(20_000);
                max = Math.max(max, timestamp);
                keys.writeBytes(key);
                builder.append(timestamp, ByteBuffer.wrap(key), ByteBuffer.allocate(random.nextInt(300)), List.of());
            }
            ByteBuffer batch = builder.build();
            String where = "seed " + SEED + ", round " + round;
            assertThat(walked(batch)).as(where).isEqualTo(max);
            assertThat(keys(batch)).as(where).isEqualTo(keys.toByteArray());
        }
    }

    private static byte[] keys(ByteBuffer batch) {
        ByteArrayOutputStream keys = new ByteArrayOutputStream();
        try (RecordIterator records = RecordIterator.withKeysTo(batch, 0, piece -> {
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            keys.writeBytes(bytes);
        })) {
            while (records.next()) {
                assertThat(records.hasKey()).isTrue();
            }
        }
        return keys.toByteArray();
    }

    private static long walked(ByteBuffer batch) {
        try {
            RecordRules rules = new RecordRules("t", 0, false, true, 0, Long.MAX_VALUE, Long.MAX_VALUE, 1 << 20);
            return RecordWalk.over(batch, 0, rules, DecompressionMeter.NONE).maxTimestamp();
        } catch (InvalidBatchException refused) {
            assertThat(refused.kind()).isEqualTo(InvalidBatchException.Kind.INVALID_RECORD);
            return PlainWalk.REFUSED;
        }
    }

    private static ByteBuffer buffer(SplittableRandom random, byte[] bytes) {
        int before = random.nextInt(9);
        ByteBuffer buffer = random.nextBoolean()
                ? ByteBuffer.allocateDirect(before + bytes.length)
                : ByteBuffer.allocate(before + bytes.length);
        buffer.put(before, bytes);
        return buffer.slice(before, bytes.length)
                .order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    private static long read(ByteBuffer buffer, int left, ToLongFunction<VarintReader> how) {
        RecordBytes reader = RecordBytes.plain(buffer, 0, buffer.limit());
        reader.confine(left);
        try {
            return how.applyAsLong(reader);
        } catch (InvalidBatchException refused) {
            return PlainWalk.REFUSED;
        }
    }

    private static long plain(byte[] bytes, int left, int max, int lastMask) {
        PlainWalk walk = new PlainWalk(ByteBuffer.wrap(bytes), 0, left);
        try {
            return max == 5 ? (int) walk.varint(max, lastMask) : walk.varint(max, lastMask);
        } catch (PlainWalk.Refusal refused) {
            return PlainWalk.REFUSED;
        }
    }
}
