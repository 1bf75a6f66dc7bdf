// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.WireServer;
import io.varve.server.net.RawClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sends requests of old versions to a server with logs in memory. */
@Timeout(120)
class OldVersionsTest {
    private static final byte TOPIC_RESOURCE = 2;

    private final WireServer server = new WireServer();
    private RawClient client;

    @BeforeEach
    void connect() throws Exception {
        client = server.connect();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void messagesAreAppendedAndTheOthersRefusedWithTheirError() throws Exception {
        PartitionLog log = server.create("topic", Map.of());
        for (int version = 0; version <= 2; version++) {
            Struct sound = produce(version, "topic", messages((byte) Math.min(1, version), "a", "b"));
            assertThat(sound.getShort("error_code")).isEqualTo(Errors.NONE.code());
            assertThat(sound.getLong("base_offset")).isEqualTo(2L * version);
        }
        ByteBuffer damaged = messages((byte) 1, "a");
        damaged.put(damaged.limit() - 1, (byte) 'x');
        assertThat(produce(2, "topic", damaged).getShort("error_code")).isEqualTo(Errors.CORRUPT_MESSAGE.code());
        assertThat(produce(2, "topic", ByteBuffer.allocate(0)).getShort("error_code"))
                .isEqualTo(Errors.NONE.code());
        assertThat(produce(1, "none", messages((byte) 0, "a")).getShort("error_code"))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(log.logEndOffset()).isEqualTo(6);
    }

    @Test
    void aConnectionWithoutAnswersIsClosedWhenMessagesAreRefused() throws Exception {
        server.create("topic", Map.of());
        ByteBuffer damaged = messages((byte) 1, "a");
        damaged.put(damaged.limit() - 1, (byte) 'x');
        client.send(frame(ApiKeys.PRODUCE, 2, produceRequest(2, 0, "topic", damaged)));
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void whatTheTopicSaysComesBeforeWhatTheMessagesAre() throws Exception {
        server.create("small", Map.of("max.message.bytes", "200"));
        ByteBuffer damaged = messages((byte) 1, "x".repeat(300));
        damaged.put(damaged.limit() - 1, (byte) 'y');
        assertThat(produced("none", damaged)).containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(produced("small", damaged)).containsExactly(Errors.MESSAGE_TOO_LARGE);
        assertThat(produced("small", ByteBuffer.allocate(5))).containsExactly(Errors.NONE);
        assertThat(produced("none", ByteBuffer.allocate(5))).containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aPartitionThatIsNamedTwiceIsAnsweredOnceWithItsLastMessages() throws Exception {
        PartitionLog log = server.create("topic", Map.of());
        ByteBuffer damaged = messages((byte) 1, "a");
        damaged.put(damaged.limit() - 1, (byte) 'x');
        assertThat(produced("topic", damaged, messages((byte) 1, "last"))).containsExactly(Errors.NONE);
        assertThat(log.logEndOffset()).isEqualTo(1);
        assertThat(produced("topic", messages((byte) 1, "first"), damaged)).containsExactly(Errors.CORRUPT_MESSAGE);
        assertThat(log.logEndOffset()).isEqualTo(1);
    }

    @Test
    void everyPartitionOfAFetchHasItsShareHoweverManyThereAre() throws Exception {
        List<String> topics = IntStream.range(0, 5).mapToObj(i -> "topic" + i).toList();
        for (String topic : topics) {
            server.create(topic, Map.of());
            produce(2, topic, messages((byte) 1, topic, "x".repeat(10_000)));
        }
        Struct response = fetch(2, 1, topics, 0, 12_000, 0);
        assertThat(partitions(response)).hasSize(5).allSatisfy(partition -> {
            assertThat(partition.getShort("error_code")).isEqualTo(Errors.NONE.code());
            assertThat(records(partition)).hasSize(2);
        });
    }

    @Test
    void aMessageBeyondTheLimitComesCutOffBeforeVersion3AndWholeFromThen() throws Exception {
        server.create("topic", Map.of());
        produce(2, "topic", messages((byte) 1, "x".repeat(1_000)));
        Struct cut = partitions(fetch(2, 1, List.of("topic"), 0, 300, 0)).get(0);
        assertThat(((MemoryRecords) cut.get("records")).sizeInBytes()).isEqualTo(300);
        assertThat(records(cut)).isEmpty();
        Struct whole = partitions(fetch(3, 1, List.of("topic"), 0, 300, 0)).get(0);
        assertThat(records(whole)).containsExactly("x".repeat(1_000));
    }

    @Test
    void aFetchWaitsForMessages() throws Exception {
        server.create("topic", Map.of());
        try (RawClient producer = server.connect()) {
            client.send(frame(ApiKeys.FETCH, 2, fetchRequest(2, 60_000, 1, List.of("topic"), 0, 1_000)));
            producer.send(frame(ApiKeys.PRODUCE, 2, produceRequest(2, 1, "topic", messages((byte) 1, "late"))));
            assertThat(records(partitions(response(ApiKeys.FETCH, 2)).get(0))).containsExactly("late");
        }
    }

    @Test
    void errorsOfAFetchAreThoseOfItsPartitions() throws Exception {
        server.create("topic", Map.of());
        List<Struct> answers = partitions(fetch(1, 0, List.of("topic", "none"), 7, 100, 0));
        assertThat(answers)
                .extracting(partition -> Errors.forCode(partition.getShort("error_code")))
                .containsExactly(Errors.OFFSET_OUT_OF_RANGE, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void offsetsAreListedFromTheNewest() throws Exception {
        server.create("topic", Map.of());
        produce(0, "topic", messages((byte) 0, "a", "b", "c"));
        assertThat(offsets("topic", -1, 10)).containsExactly(3L, 0L);
        assertThat(offsets("topic", -1, 1)).containsExactly(3L);
        assertThat(offsets("topic", -2, 10)).containsExactly(0L);
        assertThat(offsets("topic", 5, 10)).isEmpty();
        assertThat(offsets("topic", Long.MAX_VALUE, 10)).containsExactly(3L, 0L);
    }

    @Test
    void offsetsAreCommittedAndFetchedWithTheGroupsOfToday() throws Exception {
        server.create("topic", Map.of());
        Struct fetch = struct(ApiKeys.OFFSET_FETCH, 0).set("group_id", "group");
        Struct topic = fetch.instance("topics").set("name", "topic").set("partition_indexes", new Object[] {0});
        fetch.set("topics", new Object[] {topic});
        assertThat(committed(fetch).getShort("error_code")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        for (int version = 0; version <= 1; version++) {
            Struct commit = struct(ApiKeys.OFFSET_COMMIT, version).set("group_id", "group");
            Struct of = commit.instance("topics").set("name", "topic");
            Struct partition = of.instance("partitions")
                    .set("partition_index", 0)
                    .set("committed_offset", 7L + version)
                    .set("committed_metadata", "m");
            if (version > 0) {
                commit.set("generation_id_or_member_epoch", -1).set("member_id", "");
                partition.set("commit_timestamp", -1L);
            }
            commit.set("topics", new Object[] {of.set("partitions", new Object[] {partition})});
            Struct answer = ask(ApiKeys.OFFSET_COMMIT, version, commit);
            assertThat(first(first(answer, "topics"), "partitions").getShort("error_code"))
                    .isZero();
            assertThat(committed(fetch).getLong("committed_offset")).isEqualTo(7L + version);
        }
    }

    @Test
    void topicsAreCreatedDescribedAndDeleted() throws Exception {
        for (int version = 0; version <= 1; version++) {
            Struct create = struct(ApiKeys.CREATE_TOPICS, version).set("timeout_ms", 30_000);
            Struct topic = create.instance("topics")
                    .set("name", "created" + version)
                    .set("num_partitions", 2)
                    .set("replication_factor", (short) 1)
                    .set("assignments", new Object[0]);
            Struct config =
                    topic.instance("configs").set("name", "retention.ms").set("value", "77000");
            create.set("topics", new Object[] {topic.set("configs", new Object[] {config})});
            if (version > 0) {
                create.set("validate_only", false);
            }
            assertThat(first(ask(ApiKeys.CREATE_TOPICS, version, create), "topics")
                            .getShort("error_code"))
                    .isZero();
        }
        Struct describe = struct(ApiKeys.DESCRIBE_CONFIGS, 0);
        Struct resource = describe.instance("resources")
                .set("resource_type", TOPIC_RESOURCE)
                .set("resource_name", "created1")
                .set("configuration_keys", new Object[] {"retention.ms", "segment.bytes"});
        Struct described =
                first(ask(ApiKeys.DESCRIBE_CONFIGS, 0, describe.set("resources", new Object[] {resource})), "results");
        assertThat(Arrays.stream(described.getArray("configs")).map(Struct.class::cast))
                .extracting(each -> each.getString("name"), each -> each.get("is_default"))
                .containsExactlyInAnyOrder(tuple("retention.ms", false), tuple("segment.bytes", true));
        Struct delete = struct(ApiKeys.DELETE_TOPICS, 0)
                .set("topic_names", new Object[] {"created0"})
                .set("timeout_ms", 30_000);
        assertThat(first(ask(ApiKeys.DELETE_TOPICS, 0, delete), "responses").getShort("error_code"))
                .isZero();
        assertThat(server.broker.broker.metadata.byName("created0")).isNull();
    }

    @Test
    void endsOfLeaderEpochsAreTold() throws Exception {
        server.create("topic", Map.of());
        produce(0, "topic", messages((byte) 0, "a", "b", "c"));
        for (int version = 0; version <= 1; version++) {
            Struct request = struct(ApiKeys.OFFSET_FOR_LEADER_EPOCH, version);
            Struct topic = request.instance("topics").set("topic", "topic");
            Struct partition = topic.instance("partitions").set("partition", 0).set("leader_epoch", 0);
            request.set("topics", new Object[] {topic.set("partitions", new Object[] {partition})});
            Struct answer =
                    first(first(ask(ApiKeys.OFFSET_FOR_LEADER_EPOCH, version, request), "topics"), "partitions");
            assertThat(answer.getLong("end_offset")).isEqualTo(3);
        }
    }

    @Test
    void aFetchReadsOnWhereThereIsNothingThatItsClientIsShown() throws Exception {
        server.create("topic", Map.of());
        for (int i = 0; i < 3; i++) {
            WritableTxnMarker marker = new WritableTxnMarker()
                    .setProducerId(5)
                    .setTransactionResult(true)
                    .setTopics(List.of(
                            new WritableTxnMarkerTopic().setName("topic").setPartitionIndexes(List.of(0))));
            client.send(RawClient.frame(
                            ApiKeys.WRITE_TXN_MARKERS,
                            (short) 1,
                            1,
                            new WriteTxnMarkersRequestData().setMarkers(List.of(marker))))
                    .receiveId();
        }
        Struct nothing = partitions(fetch(2, 1, List.of("topic"), 0, 100, 50)).get(0);
        assertThat(nothing.getLong("high_watermark")).isEqualTo(3);
        assertThat(records(nothing)).isEmpty();
        produce(2, "topic", messages((byte) 1, "after three markers"));
        assertThat(records(partitions(fetch(2, 1, List.of("topic"), 0, 100, 60_000))
                        .get(0)))
                .containsExactly("after three markers");
    }

    @Test
    void whatIsNotEnforcedIsRefusedAsToday() throws Exception {
        Struct acls = struct(ApiKeys.DESCRIBE_ACLS, 0)
                .set("resource_type_filter", TOPIC_RESOURCE)
                .set("operation", (byte) 1)
                .set("permission_type", (byte) 1);
        assertThat(ask(ApiKeys.DESCRIBE_ACLS, 0, acls).getShort("error_code"))
                .isEqualTo(Errors.SECURITY_DISABLED.code());
        Struct tokens = struct(ApiKeys.DESCRIBE_DELEGATION_TOKEN, 0);
        assertThat(Errors.forCode(
                        ask(ApiKeys.DESCRIBE_DELEGATION_TOKEN, 0, tokens).getShort("error_code")))
                .isIn(Errors.DELEGATION_TOKEN_AUTH_DISABLED, Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED);
    }

    private static Struct struct(ApiKeys api, int version) {
        return new Struct(OldLayouts.request(api, (short) version));
    }

    private static Struct first(Struct of, String array) {
        return (Struct) of.getArray(array)[0];
    }

    private static byte[] frame(ApiKeys api, int version, Struct request) {
        byte[] header = RawClient.header(api, (short) version, 1);
        ByteBuffer bytes = ByteBuffer.allocate(header.length + request.sizeOf()).put(header);
        request.writeTo(bytes);
        return RawClient.frame(bytes.array());
    }

    private Struct ask(ApiKeys api, int version, Struct request) throws Exception {
        client.send(frame(api, version, request));
        return response(api, version);
    }

    private Struct response(ApiKeys api, int version) throws Exception {
        ByteBuffer bytes = client.receive();
        bytes.getInt();
        Struct response = OldLayouts.response(api, (short) version).read(bytes);
        assertThat(bytes.hasRemaining()).as("bytes after the response").isFalse();
        return response;
    }

    private static ByteBuffer messages(byte magic, String... values) {
        return MemoryRecords.withRecords(
                        magic,
                        Compression.NONE,
                        Stream.of(values)
                                .map(value ->
                                        new SimpleRecord(magic == 0 ? -1 : 1, value.getBytes(StandardCharsets.UTF_8)))
                                .toArray(SimpleRecord[]::new))
                .buffer();
    }

    private static Struct produceRequest(int version, int acks, String name, ByteBuffer... messages) {
        Struct request =
                struct(ApiKeys.PRODUCE, version).set("acks", (short) acks).set("timeout_ms", 30_000);
        Struct topic = request.instance("topic_data").set("name", name);
        Stream<Struct> partitions = Stream.of(messages)
                .map(each -> topic.instance("partition_data").set("index", 0).set("records", each.duplicate()));
        return request.set("topic_data", new Object[] {topic.set("partition_data", partitions.toArray())});
    }

    private Struct produce(int version, String topic, ByteBuffer messages) throws Exception {
        Struct response = ask(ApiKeys.PRODUCE, version, produceRequest(version, 1, topic, messages));
        return first(first(response, "responses"), "partition_responses");
    }

    /** Names partition 0 of a topic as many times as there are messages; returns all answers. */
    private List<Errors> produced(String name, ByteBuffer... messages) throws Exception {
        Struct response = ask(ApiKeys.PRODUCE, 2, produceRequest(2, 1, name, messages));
        return Arrays.stream(response.getArray("responses"))
                .flatMap(answer -> Arrays.stream(((Struct) answer).getArray("partition_responses")))
                .map(answer -> Errors.forCode(((Struct) answer).getShort("error_code")))
                .toList();
    }

    private static Struct fetchRequest(
            int version, int waitMs, int minBytes, List<String> topics, long offset, int partitionBytes) {
        Struct request = struct(ApiKeys.FETCH, version)
                .set("replica_id", -1)
                .set("max_wait_ms", waitMs)
                .set("min_bytes", minBytes);
        if (version >= 3) {
            request.set("max_bytes", 1 << 20);
        }
        List<Struct> wanted = new ArrayList<>();
        for (String name : topics) {
            Struct topic = request.instance("topics").set("topic", name);
            Struct partition = topic.instance("partitions")
                    .set("partition", 0)
                    .set("fetch_offset", offset)
                    .set("partition_max_bytes", partitionBytes);
            wanted.add(topic.set("partitions", new Object[] {partition}));
        }
        return request.set("topics", wanted.toArray());
    }

    private Struct fetch(int version, int minBytes, List<String> topics, long offset, int partitionBytes, int waitMs)
            throws Exception {
        return ask(ApiKeys.FETCH, version, fetchRequest(version, waitMs, minBytes, topics, offset, partitionBytes));
    }

    private static List<Struct> partitions(Struct response) {
        return Arrays.stream(response.getArray("responses"))
                .map(topic -> first((Struct) topic, "partitions"))
                .toList();
    }

    private static List<String> records(Struct partition) {
        List<String> values = new ArrayList<>();
        for (Record record : ((MemoryRecords) partition.get("records")).records()) {
            byte[] value = new byte[record.valueSize()];
            record.value().get(value);
            values.add(new String(value, StandardCharsets.UTF_8));
        }
        return values;
    }

    private List<Long> offsets(String name, long timestamp, int max) throws Exception {
        Struct request = struct(ApiKeys.LIST_OFFSETS, 0).set("replica_id", -1);
        Struct topic = request.instance("topics").set("name", name);
        Struct partition = topic.instance("partitions")
                .set("partition_index", 0)
                .set("timestamp", timestamp)
                .set("max_num_offsets", max);
        request.set("topics", new Object[] {topic.set("partitions", new Object[] {partition})});
        Struct answer = first(first(ask(ApiKeys.LIST_OFFSETS, 0, request), "topics"), "partitions");
        assertThat(answer.getShort("error_code")).isZero();
        return Arrays.stream(answer.getArray("old_style_offsets"))
                .map(Long.class::cast)
                .toList();
    }

    private Struct committed(Struct request) throws Exception {
        return first(first(ask(ApiKeys.OFFSET_FETCH, 0, request), "topics"), "partitions");
    }
}
