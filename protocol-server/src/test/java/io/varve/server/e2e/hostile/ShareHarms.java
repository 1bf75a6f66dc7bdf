// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/** Opens share sessions and leaves them, and acknowledges what nobody was given. */
final class ShareHarms {
    private static final int VERSION = 2;
    private static final int METADATA_VERSION = 12;

    /** Bytes of the header of a METADATA answer of this version: a correlation id, and no tagged fields. */
    private static final int HEADER_BYTES = Integer.BYTES + 1;

    private static final int BATCHES = 10_000;
    private static final byte ACCEPT = 1;

    /** Of records that a member says it was given. */
    private record Range(long first, long last, int types) {}

    private ShareHarms() {}

    static List<Harm> harms() {
        return List.of(
                new Harm("share sessions opened and left", attacker -> {
                    Uuid topic = besieged(attacker);
                    Attacker.Peer peer = attacker.connect();
                    peer.send(fetch("left", Uuid.randomUuid(), 0, topic)).takeAnswer();
                    peer.close();
                    attacker.linger(Siege.PAUSE_MS / 4);
                }),
                new Harm("share sessions of groups without end", attacker -> {
                    Uuid topic = besieged(attacker);
                    Attacker.Peer peer = attacker.connect();
                    for (int i = 0; i < 10; i++) {
                        peer.send(fetch("g" + attacker.random().nextLong(), Uuid.randomUuid(), 0, topic))
                                .takeAnswer();
                        attacker.linger(Siege.PAUSE_MS / 4);
                    }
                    peer.close();
                }),
                acknowledging(
                        "absurd ranges",
                        List.of(
                                new Range(0, Long.MAX_VALUE, 1),
                                new Range(Long.MIN_VALUE, Long.MAX_VALUE, 1),
                                new Range(7, 3, 1),
                                new Range(0, Integer.MAX_VALUE, 1_000),
                                new Range(-5, -5, 0))),
                acknowledging(
                        "ten thousand batches",
                        LongStream.range(0, BATCHES)
                                .mapToObj(i -> new Range(3 * i, 3 * i + 1, 2))
                                .toList()),
                acknowledging(
                        "the same batch ten thousand times",
                        Stream.generate(() -> new Range(0, 9, 10))
                                .limit(BATCHES)
                                .toList()));
    }

    private static Harm acknowledging(String what, List<Range> ranges) {
        return new Harm("acknowledgements of " + what, attacker -> {
            Uuid topic = besieged(attacker);
            Uuid member = Uuid.randomUuid();
            Attacker.Peer peer = attacker.connect();
            peer.send(fetch("acknowledged", member, 0, topic)).takeAnswer();
            for (int epoch = 1; ; epoch++) {
                peer.send(acknowledge(member, epoch, topic, ranges)).takeAnswer();
                attacker.linger(Siege.PAUSE_MS);
            }
        });
    }

    private static Uuid besieged(Attacker attacker) throws IOException {
        Attacker.Peer peer = attacker.connect();
        byte[] answer = peer.send(RequestBytes.request(ApiKeys.METADATA, METADATA_VERSION)
                        .varint(2)
                        .raw(new byte[16])
                        .varint(Siege.TOPIC.length() + 1)
                        .raw(Siege.TOPIC.getBytes(StandardCharsets.UTF_8))
                        .int8(0)
                        .int8(0)
                        .int8(0)
                        .int8(0)
                        .frame())
                .answer();
        peer.close();
        ByteBuffer body = ByteBuffer.wrap(answer, HEADER_BYTES, answer.length - HEADER_BYTES);
        return new MetadataResponseData(new ByteBufferAccessor(body), (short) METADATA_VERSION)
                .topics()
                .find(Siege.TOPIC)
                .topicId();
    }

    private static byte[] fetch(String group, Uuid member, int epoch, Uuid topic) {
        ShareFetchRequestData.FetchTopic partitions = new ShareFetchRequestData.FetchTopic().setTopicId(topic);
        IntStream.range(0, Siege.PARTITIONS)
                .forEach(i ->
                        partitions.partitions().add(new ShareFetchRequestData.FetchPartition().setPartitionIndex(i)));
        ShareFetchRequestData fetch = new ShareFetchRequestData()
                .setGroupId(group)
                .setMemberId(member.toString())
                .setShareSessionEpoch(epoch)
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(1 << 20)
                .setMaxRecords(Integer.MAX_VALUE)
                .setBatchSize(Integer.MAX_VALUE);
        fetch.topics().add(partitions);
        return framed(ApiKeys.SHARE_FETCH, fetch);
    }

    private static byte[] acknowledge(Uuid member, int epoch, Uuid topic, List<Range> ranges) {
        ShareAcknowledgeRequestData.AcknowledgePartition partition =
                new ShareAcknowledgeRequestData.AcknowledgePartition().setPartitionIndex(0);
        for (Range range : ranges) {
            partition
                    .acknowledgementBatches()
                    .add(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                            .setFirstOffset(range.first)
                            .setLastOffset(range.last)
                            .setAcknowledgeTypes(Stream.generate(() -> ACCEPT)
                                    .limit(range.types)
                                    .toList()));
        }
        ShareAcknowledgeRequestData.AcknowledgeTopic acknowledged =
                new ShareAcknowledgeRequestData.AcknowledgeTopic().setTopicId(topic);
        acknowledged.partitions().add(partition);
        ShareAcknowledgeRequestData request = new ShareAcknowledgeRequestData()
                .setGroupId("acknowledged")
                .setMemberId(member.toString())
                .setShareSessionEpoch(epoch);
        request.topics().add(acknowledged);
        return framed(ApiKeys.SHARE_ACKNOWLEDGE, request);
    }

    private static byte[] framed(ApiKeys api, ApiMessage body) {
        return RequestBytes.request(api, VERSION)
                .raw(MessageUtil.toByteBufferAccessor(body, (short) VERSION).buffer())
                .frame();
    }
}
