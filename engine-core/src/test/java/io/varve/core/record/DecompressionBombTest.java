// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

/** Tests that a small batch with a huge content costs little memory and little work. */
class DecompressionBombTest {
    private static final int BOMB = 64 << 20;
    private static final int LIMIT = 1 << 20;
    /** Allows for the window's doublings and the codec's buffers and blocks. */
    private static final long MAX_ALLOCATED = 6 << 20;

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesARecordLargerThanTheLimit(Codec codec) {
        ByteBuffer batch = RawBatch.compressed(codec, 1, out -> {
            out.write(RawBatch.varint(BOMB));
            zeros(out, BOMB);
        });
        assertFails(batch, InvalidBatchException.Kind.TOO_LARGE);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void looksForKeysInAHugeRecordWithoutHoldingIt(Codec codec) {
        ByteBuffer batch = new RecordBatchBuilder(codec)
                .append(1, ByteBuffer.allocate(1), ByteBuffer.allocate(BOMB), List.of())
                .append(1, null, null, List.of())
                .build();
        long before = allocated();
        assertThat(Expected.keyless(batch, Integer.MAX_VALUE)).containsExactly(1);
        assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesManyRecordsThatTogetherExceedTheLimit(Codec codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec);
        ByteBuffer value = ByteBuffer.allocate(1_000);
        for (int i = 0; i < 20_000; i++) {
            builder.append(1, null, value, List.of());
        }
        assertFails(builder.build(), InvalidBatchException.Kind.TOO_LARGE);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void stopsAtBytesThatFollowTheLastRecord(Codec codec) {
        ByteBuffer sound = new RecordBatchBuilder(Codec.NONE)
                .append(1, null, StandardCharsets.UTF_8.encode("v"), List.of())
                .build();
        ByteBuffer batch = RawBatch.compressed(codec, 1, out -> {
            out.write(sound.array(), BatchHeader.SIZE, sound.limit() - BatchHeader.SIZE);
            zeros(out, BOMB);
        });
        assertFails(batch, InvalidBatchException.Kind.INVALID_RECORD);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void makesNoRoomForALengthThatIsALie(Codec codec) {
        ByteBuffer batch = RawBatch.compressed(codec, 1, out -> {
            out.write(RawBatch.varint(BOMB));
            zeros(out, 100);
        });
        long before = allocated();
        assertThatExceptionOfType(InvalidBatchException.class).isThrownBy(() -> Expected.read(batch, 0));
        assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
    }

    @Test
    void refusesABareSnappyBlockBeforeMakingRoomForIt() throws IOException {
        ByteBuffer batch = RawBatch.of(Codec.SNAPPY, 1, Snappy.compress(new byte[BOMB]));
        assertFails(batch, InvalidBatchException.Kind.TOO_LARGE);
    }

    private static void assertFails(ByteBuffer batch, InvalidBatchException.Kind kind) {
        assertThat(BatchValidator.validate(batch, 0, batch.limit())).isEqualTo(batch.limit());
        long before = allocated();
        assertThatExceptionOfType(InvalidBatchException.class)
                .isThrownBy(() -> Expected.keyless(batch, LIMIT))
                .matches(failure -> failure.kind() == kind, "is " + kind);
        assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
        assertThatExceptionOfType(InvalidBatchException.class).isThrownBy(() -> readKeys(batch));
        assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
    }

    private static void readKeys(ByteBuffer batch) {
        try (RecordIterator records = RecordIterator.of(batch, 0, LIMIT)) {
            while (records.next()) {
                records.hasKey();
            }
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static void zeros(OutputStream out, int count) throws IOException {
        byte[] chunk = new byte[1 << 16];
        Arrays.fill(chunk, (byte) 0);
        for (int left = count; left > 0; left -= chunk.length) {
            out.write(chunk, 0, Math.min(left, chunk.length));
        }
    }
}
