// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that bytes under a right CRC that are no records cause one kind of exception and take no memory. */
class MalformedRecordTest {
    private static final long SEED = 31_337;
    private static final int ROUNDS = 20_000;

    /**
     * Refuses changed forms of a sound record, which is 0c 00 00 00 01 01 00: length 6, attributes,
     * timestamp, offset, no key, no value, no headers.
     */
    @ParameterizedTest
    @CsvSource({
        "a length past the end, 0e 00 00 00 01 01 00",
        "a negative length, 01 00 00 00 01 01 00",
        "length zero, 00 00 00 00 01 01 00",
        "a length that does not end, ff ff ff ff ff ff 00",
        "a length of more than 32 bits, ff ff ff ff 1f 00 00",
        "a timestamp of more than 64 bits, 1e 00 ff ff ff ff ff ff ff ff ff 02 00 01 01 00",
        "a negative offset delta, 0c 00 00 01 01 01 00",
        "an offset delta past the last, 0c 00 00 02 01 01 00",
        "key length -2, 0c 00 00 00 03 01 00",
        "a key past the record, 0c 00 00 00 06 01 00",
        "value length -2, 0c 00 00 00 01 03 00",
        "a value past the record, 0c 00 00 00 01 7e 00",
        "a negative header count, 0c 00 00 00 01 01 01",
        "headers past the record, 0c 00 00 00 01 01 02",
        "2^31-1 headers, 14 00 00 00 01 01 fe ff ff ff 0f",
        "a header without a key, 10 00 00 00 01 01 02 01 01",
        "a header value past the record, 10 00 00 00 01 01 02 00 04",
        "bytes after the last field, 0e 00 00 00 01 01 00 00",
        "bytes after the last record, 0c 00 00 00 01 01 00 00",
        "nothing, ''"
    })
    void refuses(String what, String hex) {
        byte[] records = HexFormat.of().parseHex(hex.replace(" ", ""));
        for (Codec codec : Codec.values()) {
            ByteBuffer batch = RawBatch.compressed(codec, 1, out -> out.write(records));
            if (records.length > 0 || codec == Codec.NONE) {
                assertThatExceptionOfType(InvalidBatchException.class)
                        .as("%s, %s", what, codec)
                        .isThrownBy(() -> Expected.read(batch, 0))
                        .matches(e -> e.kind() == InvalidBatchException.Kind.INVALID_RECORD, "is INVALID_RECORD");
                assertThatExceptionOfType(InvalidBatchException.class)
                        .as("%s, %s, without bodies", what, codec)
                        .isThrownBy(() -> Expected.keyless(batch, 1_000))
                        .matches(e -> e.kind() == InvalidBatchException.Kind.INVALID_RECORD, "is INVALID_RECORD");
            }
        }
    }

    @Test
    void readsTheSoundRecordTheOthersAreMadeFrom() {
        byte[] record = HexFormat.of().parseHex("0c000000010100");
        assertThat(Expected.read(RawBatch.of(Codec.NONE, 1, record), 0)).hasSize(1);
    }

    @Test
    void refusesOffsetsThatDoNotAscend() {
        byte[] twice = HexFormat.of().parseHex("0c000000010100" + "0c000000010100");
        assertThatExceptionOfType(InvalidBatchException.class)
                .isThrownBy(() -> Expected.read(RawBatch.of(Codec.NONE, 2, twice), 0))
                .withMessageContaining("offset delta 0");
    }

    @Test
    void refusesControlRecordsWithoutAProperKey() {
        for (ByteBuffer key : new ByteBuffer[] {
            null,
            ByteBuffer.allocate(3),
            ByteBuffer.allocate(4).putShort((short) -1).rewind()
        }) {
            ByteBuffer batch = new RecordBatchBuilder(Codec.NONE)
                    .control()
                    .append(0, key, null, List.of())
                    .build();
            try (RecordIterator records = RecordIterator.of(batch, 0, 0)) {
                assertThat(records.next()).isTrue();
                assertThatExceptionOfType(InvalidBatchException.class).isThrownBy(records::controlType);
            }
        }
    }

    /**
     * Mutates whole batches: the validator or the iterator must find the change, and neither may throw
     * another exception.
     */
    @ParameterizedTest
    @EnumSource(Codec.class)
    void survivesMutatedBatches(Codec codec) {
        SplittableRandom random = new SplittableRandom(SEED + codec.id());
        List<ByteBuffer> seeds = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(codec);
            for (int offset = 0; offset < 1 + i * 3; offset++) {
                Expected.random(random, offset).appendTo(builder);
            }
            seeds.add(builder.build());
        }
        for (int round = 0; round < ROUNDS; round++) {
            ByteBuffer batch = copy(seeds.get(random.nextInt(seeds.size())), random.nextInt(3) == 0);
            int flips = 1 + random.nextInt(4);
            for (int i = 0; i < flips; i++) {
                int at = random.nextInt(random.nextBoolean() ? Math.min(batch.limit(), 120) : batch.limit());
                batch.put(at, (byte) random.nextInt(256));
            }
            exercise(batch, random.nextInt(4) > 0, "seed " + SEED + ", " + codec + ", round " + round);
        }
    }

    @Test
    void survivesArbitraryBytes() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            ByteBuffer batch = ByteBuffer.wrap(bytes);
            if (bytes.length > BatchHeader.SIZE) {
                batch.put(BatchHeader.MAGIC_AT, BatchHeader.MAGIC);
                batch.putInt(BatchHeader.LENGTH, bytes.length - BatchHeader.LOG_OVERHEAD);
            }
            exercise(batch, true, "seed " + SEED + ", round " + round);
        }
    }

    private static void exercise(ByteBuffer batch, boolean seal, String where) {
        try {
            if (seal) {
                BatchValidator.frame(batch, 0, batch.limit());
                RawBatch.sealed(batch);
            }
            BatchValidator.validate(batch, 0, batch.limit());
            Expected.keyless(batch, 1 << 20);
            read(batch);
            BatchValidator.validateFromClient(batch, 0, batch.limit());
        } catch (InvalidBatchException expected) {
            assertThat(expected.kind()).isNotNull();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("not an InvalidBatchException: " + where, e);
        }
    }

    private static void read(ByteBuffer batch) {
        try (RecordIterator records = RecordIterator.of(batch, 0, 1 << 20)) {
            while (records.next()) {
                Expected.of(records);
                if (records.isControl()) {
                    records.controlType();
                }
            }
        }
    }

    private static ByteBuffer copy(ByteBuffer batch, boolean direct) {
        ByteBuffer copy = direct ? ByteBuffer.allocateDirect(batch.limit()) : ByteBuffer.allocate(batch.limit());
        return copy.put(batch.duplicate()).flip();
    }
}
