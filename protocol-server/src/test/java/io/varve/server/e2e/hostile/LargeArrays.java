// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Sends small requests that take much work and memory: their arrays are long, repeat a key, or have colliding
 * keys.
 */
final class LargeArrays {
    private static final int[] EQUAL = {1_000, 4_000, 20_000};
    private static final int COLLIDING = 16_384;
    private static final int MANY = 200_000;
    private static final int EMPTY_NAMES = 5_000_000;

    private LargeArrays() {}

    static List<Harm> harms() {
        List<Harm> harms = new ArrayList<>();
        harms.add(kinds("JoinGroup protocols", LargeArrays::joinGroup));
        harms.add(sending("DescribeGroups of 5,000,000 empty names", List.of(emptyNames())));
        harms.add(kinds("CreateTopics", LargeArrays::createTopics));
        harms.add(kinds("CreateTopics settings", LargeArrays::createTopicsConfigs));
        harms.add(kinds("CreatePartitions", LargeArrays::createPartitions));
        harms.add(kinds("OffsetDelete", LargeArrays::offsetDelete));
        harms.add(kinds("OffsetForLeaderEpoch", LargeArrays::offsetForLeaderEpoch));
        harms.add(kinds("AlterConfigs", LargeArrays::alterConfigs));
        harms.add(kinds("IncrementalAlterConfigs", LargeArrays::incrementalAlterConfigs));
        harms.add(kinds("AddPartitionsToTxn", LargeArrays::addPartitionsToTxn));
        harms.add(kinds("DescribeLogDirs", LargeArrays::describeLogDirs));
        harms.add(kinds("Produce topics", LargeArrays::produce));
        harms.add(kinds("Metadata", LargeArrays::metadata));
        harms.add(kinds("DeleteTopics", LargeArrays::deleteTopics));
        harms.add(kinds("DeleteRecords", LargeArrays::deleteRecords));
        harms.add(kinds("DeleteGroups", LargeArrays::deleteGroups));
        harms.add(kinds("ListOffsets of one topic", LargeArrays::listOffsets));
        return harms;
    }

    /** Each peer sends these, the one after the other, and begins anew at another place. */
    private static Harm sending(String name, List<byte[]> requests) {
        return new Harm(name, attacker -> {
            int at = attacker.number();
            Attacker.Peer peer = attacker.connect();
            try {
                for (int i = 0; i < requests.size(); i++) {
                    peer.send(requests.get((at + i) % requests.size())).takeAnswer();
                    attacker.linger(Siege.PAUSE_MS);
                }
            } finally {
                peer.close();
            }
        });
    }

    private static Harm kinds(String name, Function<List<String>, RequestBytes> request) {
        List<byte[]> requests = new ArrayList<>();
        Arrays.stream(EQUAL)
                .forEach(count ->
                        requests.add(request.apply(ArrayKeys.EQUAL.of(count)).frame()));
        requests.add(request.apply(ArrayKeys.COLLIDING.of(COLLIDING)).frame());
        requests.add(request.apply(ArrayKeys.MANY.of(MANY)).frame());
        return sending(name, requests);
    }

    private static RequestBytes joinGroup(List<String> keys) {
        return RequestBytes.request(ApiKeys.JOIN_GROUP, 5)
                .string("hostile-group")
                .int32(10_000)
                .int32(10_000)
                .string("")
                .noString()
                .string("consumer")
                .array(keys, (wire, key) -> wire.string(key).int32(0));
    }

    private static byte[] emptyNames() {
        return RequestBytes.request(ApiKeys.DESCRIBE_GROUPS, 5)
                .varint(EMPTY_NAMES + 1)
                .raw(filled(EMPTY_NAMES, 1))
                .int8(0)
                .int8(0)
                .frame();
    }

    private static byte[] filled(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static RequestBytes createTopics(List<String> keys) {
        return RequestBytes.request(ApiKeys.CREATE_TOPICS, 4)
                .array(
                        keys,
                        (wire, key) ->
                                wire.string(key).int32(1).int16(1).int32(0).int32(0))
                .int32(1_000)
                // Only looked at: a server full of topics is another matter.
                .int8(1);
    }

    private static RequestBytes createTopicsConfigs(List<String> keys) {
        return RequestBytes.request(ApiKeys.CREATE_TOPICS, 4)
                .int32(1)
                .string("settings")
                .int32(1)
                .int16(1)
                .int32(0)
                .array(keys, (wire, key) -> wire.string(key).string("1"))
                .int32(1_000)
                .int8(1);
    }

    private static RequestBytes createPartitions(List<String> keys) {
        return RequestBytes.request(ApiKeys.CREATE_PARTITIONS, 1)
                .array(keys, (wire, key) -> wire.string(key).int32(2).int32(-1))
                .int32(1_000)
                .int8(1);
    }

    private static RequestBytes offsetDelete(List<String> keys) {
        return RequestBytes.request(ApiKeys.OFFSET_DELETE, 0)
                .string("hostile-group")
                .array(keys, (wire, key) -> wire.string(key).int32(1).int32(0));
    }

    private static RequestBytes offsetForLeaderEpoch(List<String> keys) {
        return RequestBytes.request(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 3)
                .int32(-1)
                .array(
                        keys,
                        (wire, key) ->
                                wire.string(key).int32(1).int32(0).int32(0).int32(0));
    }

    private static RequestBytes alterConfigs(List<String> keys) {
        return RequestBytes.request(ApiKeys.ALTER_CONFIGS, 1)
                .array(keys, (wire, key) -> wire.int8(2).string(key).int32(0))
                .int8(1);
    }

    private static RequestBytes incrementalAlterConfigs(List<String> keys) {
        return RequestBytes.request(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0)
                .int32(1)
                .int8(2)
                .string(Siege.TOPIC)
                .array(keys, (wire, key) -> wire.string(key).int8(0).string("1"))
                .int8(1);
    }

    private static RequestBytes addPartitionsToTxn(List<String> keys) {
        return RequestBytes.request(ApiKeys.ADD_PARTITIONS_TO_TXN, 2)
                .string("hostile-transaction")
                .int64(1)
                .int16(0)
                .array(keys, (wire, key) -> wire.string(key).int32(1).int32(0));
    }

    private static RequestBytes describeLogDirs(List<String> keys) {
        return RequestBytes.request(ApiKeys.DESCRIBE_LOG_DIRS, 1)
                .array(keys, (wire, key) -> wire.string(key).int32(1).int32(0));
    }

    private static RequestBytes produce(List<String> keys) {
        return RequestBytes.request(ApiKeys.PRODUCE, 8)
                .noString()
                .int16(1)
                .int32(1_000)
                .array(keys, (wire, key) -> wire.string(key).int32(1).int32(0).int32(-1));
    }

    private static RequestBytes metadata(List<String> keys) {
        return RequestBytes.request(ApiKeys.METADATA, 8)
                .array(keys, RequestBytes::string)
                .int8(0)
                .int8(0)
                .int8(0);
    }

    private static RequestBytes deleteTopics(List<String> keys) {
        return RequestBytes.request(ApiKeys.DELETE_TOPICS, 3)
                .array(keys, RequestBytes::string)
                .int32(1_000);
    }

    private static RequestBytes deleteRecords(List<String> keys) {
        return RequestBytes.request(ApiKeys.DELETE_RECORDS, 1)
                .array(keys, (wire, key) -> wire.string(key).int32(1).int32(0).int64(0))
                .int32(1_000);
    }

    private static RequestBytes deleteGroups(List<String> keys) {
        return RequestBytes.request(ApiKeys.DELETE_GROUPS, 1).array(keys, RequestBytes::string);
    }

    private static RequestBytes listOffsets(List<String> keys) {
        return RequestBytes.request(ApiKeys.LIST_OFFSETS, 5)
                .int32(-1)
                .int8(0)
                .int32(1)
                .string(Siege.TOPIC)
                .array(keys, (wire, key) -> wire.int32(0).int32(-1).int64(-1));
    }
}
