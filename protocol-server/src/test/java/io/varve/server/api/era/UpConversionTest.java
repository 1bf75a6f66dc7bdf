// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.InvalidBatchException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Converts message sets that are cut off, too large, or made up. */
class UpConversionTest {
    private static final int MAX_BYTES = 1 << 20;
    private static final byte[] MAGICS = {0, 1};

    @Test
    void aSetWithoutAWholeMessageHasNothing() {
        for (byte magic : MAGICS) {
            ByteBuffer message = message(magic, "value");
            for (int bytes = 0; bytes < message.limit(); bytes++) {
                assertThat(convert(message.duplicate().limit(bytes), MAX_BYTES))
                        .as("%s bytes of magic %s", bytes, magic)
                        .isNull();
            }
        }
        ByteBuffer small = ByteBuffer.allocate(OldMessage.OVERHEAD).putInt(OldMessage.SIZE_AT, 13);
        assertRefused(Kind.CORRUPT, small, MAX_BYTES);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4"})
    void innerMessagesBeforeOneThatIsCutOffAreTaken(CompressionType codec) throws IOException {
        for (byte magic : MAGICS) {
            byte[] first = Utils.toArray(message(magic, "first"));
            byte[] both = concat(first, Utils.toArray(message(magic, "x".repeat(50))));
            for (int bytes = 1; bytes < both.length; bytes++) {
                ByteBuffer set = wrapper(magic, codec, compressed(magic, codec, Arrays.copyOf(both, bytes)));
                if (bytes < first.length) {
                    assertRefused(Kind.INVALID_RECORD, set, MAX_BYTES);
                } else {
                    assertThat(MemoryRecords.readableRecords(convert(set, MAX_BYTES))
                                    .records())
                            .as("%s bytes of magic %s", bytes, magic)
                            .extracting(record -> Utils.utf8(record.value()))
                            .containsExactly("first");
                }
            }
        }
    }

    @Test
    void aLengthNearTheLargestIntIsCorrupt() throws IOException {
        for (byte magic : MAGICS) {
            for (byte[] content : new byte[][] {{}, compressed(magic, CompressionType.GZIP, new byte[9])}) {
                for (int length : new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 30, Integer.MIN_VALUE, -2}) {
                    CompressionType codec = content.length == 0 ? CompressionType.NONE : CompressionType.GZIP;
                    ByteBuffer set = wrapper(magic, codec, content);
                    set.putInt(OldMessage.keyAt(magic), length);
                    assertRefused(Kind.CORRUPT, withCrc(set), MAX_BYTES);
                }
            }
        }
    }

    /** Decompressors throw whatever they like at damaged bytes. */
    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4"})
    void damagedCompressedBytesAreRefusedAndNothingElseIsThrown(CompressionType codec) throws IOException {
        Random random = new Random(17);
        for (byte magic : MAGICS) {
            byte[] sound = compressed(magic, codec, Utils.toArray(message(magic, "value".repeat(30))));
            for (int length = 0; length < sound.length; length++) {
                convertOrRefuse(wrapper(magic, codec, Arrays.copyOf(sound, length)));
            }
            for (int round = 0; round < 2_000; round++) {
                byte[] damaged = sound.clone();
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                convertOrRefuse(wrapper(magic, codec, damaged));
            }
        }
    }

    private static void convertOrRefuse(ByteBuffer set) {
        try {
            assertThat(convert(set, MAX_BYTES)).isNotNull();
        } catch (InvalidBatchException refused) {
            assertThat(refused.kind()).isNotEqualTo(Kind.TOO_LARGE);
        }
    }

    @Test
    void aWrapperBeyondTheLimitIsRefusedBeforeItIsDecompressed() throws IOException {
        byte[] noise = new byte[5_000];
        new Random(1).nextBytes(noise);
        ByteBuffer inner = new OldMessageSet((byte) 1).message(0, (byte) 0, 1, null, ByteBuffer.wrap(noise));
        ByteBuffer set = wrapper(
                (byte) 1, CompressionType.GZIP, compressed((byte) 1, CompressionType.GZIP, Utils.toArray(inner)));
        UpConversion conversion = new UpConversion(
                set,
                bytes -> {
                    throw new AssertionError("decompressed");
                },
                set.limit() - 1);
        assertThatThrownBy(conversion::convert)
                .isInstanceOfSatisfying(
                        InvalidBatchException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE));
        assertThat(convert(set, set.limit() + 100)).isNotNull();
    }

    @Test
    void aBatchIsNotLargerThanTheLimit() {
        ByteBuffer one = message((byte) 1, "x".repeat(1_000));
        ByteBuffer set = ByteBuffer.wrap(concat(Utils.toArray(one), Utils.toArray(one)));
        assertRefused(Kind.TOO_LARGE, set, one.limit());
        int bytes = convert(set, MAX_BYTES).remaining();
        assertThat(bytes).isGreaterThan(2_000);
        assertThat(convert(set, bytes).remaining()).isEqualTo(bytes);
        assertRefused(Kind.TOO_LARGE, set, bytes - 1);
    }

    private static ByteBuffer convert(ByteBuffer set, int maxBytes) {
        return new UpConversion(set, DecompressionMeter.NONE, maxBytes).convert();
    }

    private static void assertRefused(Kind kind, ByteBuffer set, int maxBytes) {
        assertThatThrownBy(() -> convert(set, maxBytes))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }

    private static ByteBuffer message(byte magic, String value) {
        return new OldMessageSet(magic).message(0, (byte) 0, 1, null, ByteBuffer.wrap(Utils.utf8(value)));
    }

    private static ByteBuffer wrapper(byte magic, CompressionType codec, byte[] value) {
        return new OldMessageSet(magic).message(0, codec.id, 1, null, ByteBuffer.wrap(value));
    }

    private static byte[] compressed(byte magic, CompressionType codec, byte[] bytes) throws IOException {
        ByteBufferOutputStream out = new ByteBufferOutputStream(1024);
        try (OutputStream to = Compression.of(codec).build().wrapForOutput(out, magic)) {
            to.write(bytes);
        }
        return Utils.toArray(OldMessageSet.view(out));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static ByteBuffer withCrc(ByteBuffer message) {
        CRC32 crc = new CRC32();
        crc.update(message.slice(OldMessage.MAGIC_AT, message.limit() - OldMessage.MAGIC_AT));
        return message.putInt(OldMessage.CRC_AT, (int) crc.getValue());
    }
}
