// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/** Sends compressed batches of up to a megabyte that decompress to a hundred megabytes and more. */
final class DecompressionBombs {
    private static final int PIECE = 1 << 20;

    /** The timestamp of the last record in each bomb: a look-up of it scans the whole bomb. */
    private static final long LAST = System.currentTimeMillis();

    private DecompressionBombs() {}

    static List<Harm> harms() {
        List<Harm> harms = new ArrayList<>();
        harms.add(produced("gzip", Compression.gzip().build(), 200));
        harms.add(produced("zstd", Compression.zstd().build(), 400));
        harms.add(produced("lz4", Compression.lz4().build(), 200));
        harms.add(produced("snappy", Compression.snappy().build(), 20));
        harms.add(new Harm("offsets asked for by times inside of bombs", attacker -> {
            Attacker.Peer peer = attacker.connect();
            byte[] question = listOffsets();
            while (true) {
                peer.send(question).takeAnswer();
                attacker.linger(Siege.PAUSE_MS);
            }
        }));
        return harms;
    }

    private static Harm produced(String name, Compression compression, int pieces) {
        byte[] request = produce(bomb(compression, pieces));
        return new Harm(name + " of " + pieces + " MB in " + (request.length >> 10) + " KB", attacker -> {
            Attacker.Peer peer = attacker.connect();
            while (true) {
                peer.send(request).takeAnswer();
                attacker.linger(Siege.PAUSE_MS);
            }
        });
    }

    private static ByteBuffer bomb(Compression compression, int pieces) {
        byte[] zeros = new byte[PIECE];
        MemoryRecordsBuilder builder =
                MemoryRecords.builder(ByteBuffer.allocate(PIECE), compression, TimestampType.CREATE_TIME, 0L);
        for (int i = 1; i <= pieces; i++) {
            builder.append(LAST - pieces + i, null, zeros);
        }
        return builder.build().buffer();
    }

    private static byte[] produce(ByteBuffer batch) {
        return RequestBytes.request(ApiKeys.PRODUCE, 8)
                .noString()
                .int16(-1)
                .int32(5_000)
                .int32(1)
                .string(Siege.BOMBS)
                .int32(1)
                .int32(0)
                .int32(batch.remaining())
                .raw(batch)
                .frame();
    }

    private static byte[] listOffsets() {
        return RequestBytes.request(ApiKeys.LIST_OFFSETS, 5)
                .int32(-1)
                .int8(0)
                .int32(1)
                .string(Siege.BOMBS)
                .int32(2)
                .int32(0)
                .int32(-1)
                .int64(LAST)
                .int32(0)
                .int32(-1)
                .int64(-3)
                .frame();
    }
}
