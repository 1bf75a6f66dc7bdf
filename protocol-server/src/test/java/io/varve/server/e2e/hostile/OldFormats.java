// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Sends messages of formats 0 and 1 that are costly to convert, and has batches converted back to them. */
final class OldFormats {
    private static final int MEGABYTE = 1 << 20;
    private static final int BOMB_MEGABYTES = 16;
    private static final int LEVELS = 100;
    private static final int TINY = 30_000;

    private OldFormats() {}

    static List<Harm> harms() {
        byte[] bomb = new byte[BOMB_MEGABYTES * MEGABYTE];
        byte[] tiny = message(0, 0, new byte[0]);
        byte[] many = new byte[TINY * tiny.length];
        for (int i = 0; i < TINY; i++) {
            System.arraycopy(tiny, 0, many, i * tiny.length, tiny.length);
        }
        return List.of(
                produced("gzip of 16 MB in a wrapper of format 0", 0, wrapper(0, message(0, 0, bomb))),
                produced("gzip of 16 MB in a wrapper of format 1", 2, wrapper(1, message(1, 0, bomb))),
                produced("wrappers of format 0 in each other", 0, nested(0)),
                produced("wrappers of format 1 in each other", 2, nested(1)),
                produced("thirty thousand empty messages of format 0", 1, many),
                produced("thirty thousand empty messages of format 0 in a wrapper", 1, wrapper(0, many)),
                new Harm("compressed batches fetched as messages of format 0", OldFormats::fetchConverted));
    }

    private static Harm produced(String name, int version, byte[] set) {
        byte[] request = produce(version, set);
        return new Harm(name + ", " + (request.length >> 10) + " KB", attacker -> {
            Attacker.Peer peer = attacker.connect();
            while (true) {
                peer.send(request).takeAnswer();
                attacker.linger(Siege.PAUSE_MS);
            }
        });
    }

    /** What is small in the log becomes a thousand times as much, for each of the peers. */
    private static void fetchConverted(Attacker attacker) throws IOException {
        Attacker.Peer peer = attacker.connect();
        SimpleRecord[] records = new SimpleRecord[20];
        Arrays.setAll(records, i -> new SimpleRecord(new byte[40_000]));
        ByteBuffer batch =
                MemoryRecords.withRecords(Compression.zstd().build(), records).buffer();
        peer.send(RequestBytes.request(ApiKeys.PRODUCE, 8)
                        .noString()
                        .int16(-1)
                        .int32(5_000)
                        .int32(1)
                        .string(Siege.BOMBS)
                        .int32(1)
                        .int32(0)
                        .int32(batch.remaining())
                        .raw(batch)
                        .frame())
                .takeAnswer();
        byte[] fetch = RequestBytes.request(ApiKeys.FETCH, 0)
                .int32(-1)
                .int32(0)
                .int32(1)
                .int32(1)
                .string(Siege.BOMBS)
                .int32(1)
                .int32(0)
                .int64(0)
                .int32(50 * MEGABYTE)
                .frame();
        while (true) {
            peer.send(fetch).takeAnswer();
            attacker.linger(Siege.PAUSE_MS);
        }
    }

    private static byte[] produce(int version, byte[] set) {
        return RequestBytes.request(ApiKeys.PRODUCE, version)
                .int16(-1)
                .int32(5_000)
                .int32(1)
                .string(Siege.BOMBS)
                .int32(1)
                .int32(0)
                .int32(set.length)
                .raw(set)
                .frame();
    }

    private static byte[] nested(int magic) {
        byte[] set = message(magic, 0, new byte[MEGABYTE]);
        for (int level = 0; level < LEVELS; level++) {
            set = wrapper(magic, set);
        }
        return set;
    }

    private static byte[] wrapper(int magic, byte[] set) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream to = new GZIPOutputStream(compressed)) {
            to.write(set);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return message(magic, CompressionType.GZIP.id, compressed.toByteArray());
    }

    /**
     * A message without a key: its offset, length, checksum, format, attributes, from format 1 on its time,
     * and its value.
     */
    private static byte[] message(int magic, int attributes, byte[] value) {
        RequestBytes body = new RequestBytes().int8(magic).int8(attributes);
        if (magic > 0) {
            body.int64(System.currentTimeMillis());
        }
        byte[] summed = body.int32(-1).int32(value.length).raw(value).unframed();
        CRC32 crc = new CRC32();
        crc.update(summed);
        return new RequestBytes()
                .int64(0)
                .int32(Integer.BYTES + summed.length)
                .int32((int) crc.getValue())
                .raw(summed)
                .unframed();
    }
}
