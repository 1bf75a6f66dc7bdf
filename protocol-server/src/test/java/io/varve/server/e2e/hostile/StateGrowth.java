// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Sends endless small, valid requests, each of which makes the server keep state. */
final class StateGrowth {
    private static final int AT_ONCE = 100;
    private static final int GROUP = 0;
    private static final int TRANSACTION = 1;

    private StateGrowth() {}

    static List<Harm> harms() {
        return List.of(
                new Harm("groups without end", attacker -> {
                    answered(attacker, findCoordinator(GROUP), joinGroup(name(attacker.random())));
                }),
                new Harm("transactional ids without end", attacker -> {
                    answered(attacker, findCoordinator(TRANSACTION), initProducer(name(attacker.random())));
                }),
                new Harm("committed offsets of groups without end", attacker -> {
                    answered(attacker, findCoordinator(GROUP), commit(name(attacker.random())));
                }),
                new Harm("members of one group without end", attacker -> {
                    answered(attacker, findCoordinator(GROUP), joinGroup("crowded", 5));
                }),
                new Harm("producers without end", attacker -> {
                    answered(attacker, produce(attacker.random().nextLong() & Long.MAX_VALUE));
                }),
                new Harm("groups that are asked for by long names with line ends", attacker -> {
                    answered(
                            attacker,
                            findCoordinator(GROUP),
                            joinGroup("\n2026-01-01 ERROR forged " + "x".repeat(30_000)));
                }),
                new Harm("topics created by asking for them", attacker -> {
                    List<String> names = IntStream.range(0, AT_ONCE)
                            .mapToObj(i -> name(attacker.random()))
                            .toList();
                    answered(attacker, metadata(names));
                }));
    }

    private static String name(Random random) {
        return "hostile-" + Long.toHexString(random.nextLong());
    }

    private static void answered(Attacker attacker, byte[]... requests) throws IOException {
        Attacker.Peer peer = attacker.connect();
        try {
            for (byte[] request : requests) {
                peer.send(request).takeAnswer();
            }
        } finally {
            peer.close();
        }
        attacker.linger(Siege.PAUSE_MS / 4);
    }

    /** A coordinator starts at its first look-up. */
    private static byte[] findCoordinator(int type) {
        return RequestBytes.request(ApiKeys.FIND_COORDINATOR, 2)
                .string("hostile")
                .int8(type)
                .frame();
    }

    private static byte[] joinGroup(String group) {
        return joinGroup(group, 3);
    }

    /**
     * From version 4 on the answer is a member id that the client sends in its next request; version 5 adds
     * static members.
     */
    private static byte[] joinGroup(String group, int version) {
        RequestBytes wire = RequestBytes.request(ApiKeys.JOIN_GROUP, version)
                .string(group)
                .int32(10_000)
                .int32(10_000)
                .string("");
        if (version >= 5) {
            wire.noString();
        }
        return wire.string("consumer")
                .int32(1)
                .string("range")
                .int32(1_000)
                .raw(new byte[1_000])
                .frame();
    }

    private static byte[] commit(String group) {
        return RequestBytes.request(ApiKeys.OFFSET_COMMIT, 7)
                .string(group)
                .int32(-1)
                .string("")
                .noString()
                .int32(1)
                .string(Siege.TOPIC)
                .int32(1)
                .int32(0)
                .int64(1)
                .int32(-1)
                .string("x".repeat(4_000))
                .frame();
    }

    private static byte[] produce(long producerId) {
        ByteBuffer batch = MemoryRecords.withIdempotentRecords(
                        Compression.NONE, producerId, (short) 0, 0, new SimpleRecord(new byte[1]))
                .buffer();
        return RequestBytes.request(ApiKeys.PRODUCE, 8)
                .noString()
                .int16(-1)
                .int32(5_000)
                .int32(1)
                .string(Siege.TOPIC)
                .int32(1)
                .int32(0)
                .int32(batch.remaining())
                .raw(batch)
                .frame();
    }

    private static byte[] initProducer(String transactionalId) {
        return RequestBytes.request(ApiKeys.INIT_PRODUCER_ID, 1)
                .string(transactionalId)
                .int32(60_000)
                .frame();
    }

    private static byte[] metadata(List<String> names) {
        return RequestBytes.request(ApiKeys.METADATA, 8)
                .array(names, RequestBytes::string)
                .int8(1)
                .int8(0)
                .int8(0)
                .frame();
    }
}
