// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.ApiKeys;

/** Sends requests with long answers, and does not read the answers. */
final class UnreadAnswers {
    private static final int REPEATED = 3_600;
    private static final int WAITING = 20_000;
    private static final int SESSION = 100_000;
    private static final int SMALL_RECEIVE_BUFFER = 4 << 10;
    private static final int PIPELINED = 2_000;

    private UnreadAnswers() {}

    static List<Harm> harms() {
        byte[] repeated = fetch(0, Collections.nCopies(REPEATED, 0), 16 << 10);
        byte[] many = fetch(0, IntStream.range(0, Siege.PARTITIONS).boxed().toList(), 16 << 10);
        byte[] waiting = fetch(30_000, Collections.nCopies(WAITING, Siege.EMPTY_PARTITION), 1 << 20);
        byte[] session = session();
        byte[] metadata = RequestBytes.request(ApiKeys.METADATA, 8)
                .int32(-1)
                .int8(0)
                .int8(0)
                .int8(0)
                .frame();
        return List.of(
                new Harm(
                        "one partition fetched 3,600 times in a request, not read", peer -> unread(peer, repeated, 10)),
                new Harm("a hundred partitions fetched, not read", peer -> unread(peer, many, 40)),
                new Harm("a waiting fetch of one partition 20,000 times, given up", peer -> {
                    Attacker.Peer waiter = peer.connect().send(waiting);
                    peer.linger(Siege.PAUSE_MS);
                    waiter.close();
                }),
                new Harm("fetch sessions of 100,000 partitions", peer -> {
                    Attacker.Peer fetcher = peer.connect();
                    fetcher.send(session).takeAnswer();
                    fetcher.close();
                    peer.linger(Siege.PAUSE_MS);
                }),
                new Harm("2,000 requests at once, answers not read", peer -> unread(peer, metadata, PIPELINED)),
                new Harm("answers read one byte at a time", peer -> slowly(peer, many)));
    }

    private static byte[] fetch(int waitMs, List<Integer> partitions, int partitionBytes) {
        RequestBytes wire = RequestBytes.request(ApiKeys.FETCH, 11)
                .int32(-1)
                .int32(waitMs)
                .int32(1)
                .int32(100 << 20)
                .int8(0)
                .int32(0)
                .int32(-1)
                .int32(1)
                .string(Siege.TOPIC)
                .int32(partitions.size());
        partitions.forEach(
                partition -> wire.int32(partition).int32(-1).int64(0).int64(-1).int32(partitionBytes));
        return wire.int32(0).string("").frame();
    }

    /** Opens a session, of partitions that are not there. */
    private static byte[] session() {
        RequestBytes wire = RequestBytes.request(ApiKeys.FETCH, 11)
                .int32(-1)
                .int32(0)
                .int32(1)
                .int32(1 << 20)
                .int8(0)
                .int32(0)
                .int32(0)
                .int32(1)
                .string("not-there")
                .int32(SESSION);
        for (int partition = 0; partition < SESSION; partition++) {
            wire.int32(partition).int32(-1).int64(0).int64(-1).int32(1_000);
        }
        return wire.int32(0).string("").frame();
    }

    private static void unread(Attacker attacker, byte[] question, int times) throws IOException {
        Attacker.Peer peer = attacker.connect(SMALL_RECEIVE_BUFFER);
        for (int i = 0; i < times; i++) {
            peer.send(question);
        }
        attacker.linger(10_000);
    }

    private static void slowly(Attacker attacker, byte[] question) throws IOException {
        Attacker.Peer peer = attacker.connect(SMALL_RECEIVE_BUFFER);
        peer.send(question).send(question).send(question);
        while (true) {
            peer.takeByte();
            attacker.linger(10);
        }
    }
}
