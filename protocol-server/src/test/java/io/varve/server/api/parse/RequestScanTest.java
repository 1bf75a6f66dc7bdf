// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.api.RequestExtent;
import io.varve.server.api.era.OldLayouts;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;
import org.junit.jupiter.api.Test;

/** Checks the scan of requests before they are parsed. */
class RequestScanTest {
    private static final String COLLIDE = "equal, or made to collide";

    /** Kafka's classes are the oracle: the scan knows every array in a hash table, and the key of it. */
    @Test
    void knowsEveryArrayThatKafkaKeepsInAHashTable() throws Exception {
        Map<ApiKeys, Map<String, List<String>>> found = new HashMap<>();
        for (ApiKeys api : ApiKeys.apisForListener(ListenerType.BROKER)) {
            Map<String, List<String>> arrays = new HashMap<>();
            find(ApiMessageType.fromApiKey(api.id).newRequest().getClass(), arrays);
            if (!arrays.isEmpty()) {
                found.put(api, arrays);
            }
        }
        assertThat(RequestSchemas.HASHED).isEqualTo(found);
    }

    /** Of other answers in hash tables, the elements are the server's own. */
    @Test
    void knowsTheRequestsWhoseAnswersKafkaKeepsInHashTables() throws Exception {
        Set<ApiKeys> found = EnumSet.noneOf(ApiKeys.class);
        for (ApiKeys api : ApiKeys.apisForListener(ListenerType.BROKER)) {
            Map<String, List<String>> arrays = new HashMap<>();
            find(ApiMessageType.fromApiKey(api.id).newResponse().getClass(), arrays);
            arrays.remove("node_endpoints");
            if (!arrays.isEmpty()) {
                found.add(api);
            }
        }
        Set<ApiKeys> known = EnumSet.copyOf(RequestSchemas.ANSWERED.keySet());
        known.addAll(RequestSchemas.HASHED.keySet());
        known.addAll(Set.of(
                ApiKeys.API_VERSIONS,
                ApiKeys.DESCRIBE_CLUSTER,
                ApiKeys.DESCRIBE_QUORUM,
                ApiKeys.DESCRIBE_TRANSACTIONS));
        assertThat(known).containsAll(found);
        assertThat(found).containsAll(RequestSchemas.ANSWERED.keySet());
    }

    /** The guard's answer took minutes. */
    @Test
    void refusesNamesThatMakeAnAnswerSlow() {
        DeleteGroupsRequestData groups = new DeleteGroupsRequestData();
        IntStream.range(0, 1_000).forEach(i -> groups.groupsNames().add("g"));
        DeleteRecordsRequestData records = new DeleteRecordsRequestData();
        IntStream.range(0, 1_024).forEach(i -> records.topics().add(new DeleteRecordsTopic().setName(colliding(i))));
        DeleteRecordsTopic topic = new DeleteRecordsTopic();
        IntStream.range(0, 1_000)
                .forEach(i -> topic.partitions().add(new DeleteRecordsPartition().setPartitionIndex(7)));
        OffsetDeleteRequestTopic offsets = new OffsetDeleteRequestTopic();
        IntStream.range(0, 1_000)
                .forEach(i -> offsets.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(7)));
        OffsetDeleteRequestData delete = new OffsetDeleteRequestData();
        delete.topics().add(offsets);
        DeleteTopicsRequestData topics = new DeleteTopicsRequestData();
        IntStream.range(0, 1_000).forEach(i -> topics.topicNames().add("t"));
        MetadataRequestData metadata = new MetadataRequestData();
        IntStream.range(0, 1_000).forEach(i -> metadata.topics().add(new MetadataRequestTopic().setName("t")));
        for (int version : new int[] {1, 2}) {
            refuses(ApiKeys.DELETE_GROUPS, version, groups, COLLIDE);
            refuses(ApiKeys.DELETE_RECORDS, version, records, COLLIDE);
            refuses(ApiKeys.DELETE_RECORDS, version, new DeleteRecordsRequestData().setTopics(List.of(topic)), COLLIDE);
            refuses(ApiKeys.DELETE_TOPICS, version, topics, COLLIDE);
            refuses(ApiKeys.METADATA, 8 + version, metadata, COLLIDE);
        }
        refuses(ApiKeys.OFFSET_DELETE, 0, delete, COLLIDE);
    }

    @Test
    void admitsManyNamesAndIds() {
        MetadataRequestData metadata = new MetadataRequestData();
        IntStream.range(0, 20_000)
                .forEach(i -> metadata.topics()
                        .add(new MetadataRequestTopic()
                                .setTopicId(Uuid.randomUuid())
                                .setName(null)));
        assertThat(RequestParser.inspect(frame(ApiKeys.METADATA, 12, metadata)).elements())
                .isEqualTo(20_000);
        DeleteGroupsRequestData groups = new DeleteGroupsRequestData();
        IntStream.range(0, 20_000).forEach(i -> groups.groupsNames().add("group-" + i));
        assertThat(RequestParser.inspect(frame(ApiKeys.DELETE_GROUPS, 2, groups))
                        .elements())
                .isEqualTo(20_000);
    }

    private static void find(Class<?> type, Map<String, List<String>> arrays) throws Exception {
        for (Field field : type.getDeclaredFields()) {
            Class<?> of = field.getType();
            if (Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            if (ImplicitLinkedHashCollection.class.isAssignableFrom(of)) {
                Class<?> element = (Class<?>) argument(of.getGenericSuperclass());
                arrays.put(snake(field.getName()), keys(element));
                find(element, arrays);
            } else if (Collection.class.isAssignableFrom(of)
                    && argument(field.getGenericType()) instanceof Class<?> element
                    && Message.class.isAssignableFrom(element)) {
                find(element, arrays);
            } else if (Message.class.isAssignableFrom(of)) {
                find(of, arrays);
            }
        }
    }

    private static Type argument(Type generic) {
        return ((ParameterizedType) generic).getActualTypeArguments()[0];
    }

    /** The fields that change an element's hash code. */
    private static List<String> keys(Class<?> element) throws Exception {
        Map<Class<?>, Object> other = Map.of(
                String.class,
                "x",
                int.class,
                77,
                byte.class,
                (byte) 77,
                short.class,
                (short) 77,
                long.class,
                77L,
                Uuid.class,
                new Uuid(5, 9));
        List<String> keys = new ArrayList<>();
        for (Field field : element.getDeclaredFields()) {
            Object value = other.get(field.getType());
            if (value != null && !Modifier.isStatic(field.getModifiers())) {
                Object changed = element.getConstructor().newInstance();
                field.setAccessible(true);
                field.set(changed, value);
                if (changed.hashCode() != element.getConstructor().newInstance().hashCode()) {
                    keys.add(snake(field.getName()));
                }
            }
        }
        return keys;
    }

    private static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    @Test
    void translatesEveryVersionOfEveryRequest() {
        int made = 0;
        for (ApiKeys api : ApiKeys.apisForListener(ListenerType.BROKER)) {
            for (short version = OldLayouts.first(api); version <= api.latestVersion(); version++) {
                assertThat(RequestSchemas.body(api, version)).isNotNull();
                made++;
            }
        }
        assertThat(made).isGreaterThan(200);
    }

    @Test
    void refusesMoreElementsThanAnApiTakesBeforeTheyAreMade() {
        DescribeGroupsRequestData groups = new DescribeGroupsRequestData();
        IntStream.range(0, 100_001).forEach(i -> groups.groups().add(""));
        refuses(ApiKeys.DESCRIBE_GROUPS, 5, groups, "more than 100000 elements");
        groups.groups().remove(0);
        RequestExtent extent = RequestParser.inspect(frame(ApiKeys.DESCRIBE_GROUPS, 5, groups));
        assertThat(extent.elements()).isEqualTo(100_000);
        assertThat(extent.heapBytes()).isBetween(5_000_000L, 10_000_000L);
    }

    @Test
    void countsWhatIsInArraysInArrays() {
        CreateTopicsRequestData create = new CreateTopicsRequestData();
        create.topics().add(assigned("t0", 3_000, 1));
        assertThat(RequestParser.inspect(frame(ApiKeys.CREATE_TOPICS, 7, create))
                        .elements())
                .isEqualTo(6_001);
        IntStream.range(1, 20).forEach(i -> create.topics().add(assigned("t" + i, 3_000, 1)));
        refuses(ApiKeys.CREATE_TOPICS, 7, create, "more than 100000 elements");
    }

    private static CreatableTopic assigned(String name, int partitions, int step) {
        CreatableTopic topic = new CreatableTopic().setName(name);
        IntStream.range(0, partitions)
                .forEach(i -> topic.assignments()
                        .add(new CreatableReplicaAssignment()
                                .setPartitionIndex(step * i)
                                .setBrokerIds(List.of(1))));
        return topic;
    }

    @Test
    void countsTaggedFieldsThatNobodyKnows() {
        HeartbeatRequestData heartbeat = new HeartbeatRequestData();
        IntStream.range(0, 101).forEach(i -> heartbeat.unknownTaggedFields().add(new RawTaggedField(i, new byte[0])));
        refuses(ApiKeys.HEARTBEAT, 4, heartbeat, "more than 100 elements");
    }

    @Test
    void refusesManyProtocolsAndManyEqualNames() {
        for (int count : new int[] {101, 700}) {
            JoinGroupRequestData join = new JoinGroupRequestData();
            IntStream.range(0, count)
                    .forEach(i -> join.protocols().add(new JoinGroupRequestProtocol().setName("range")));
            refuses(ApiKeys.JOIN_GROUP, 9, join, "more than 100 elements");
        }
        OffsetDeleteRequestData delete = new OffsetDeleteRequestData();
        IntStream.range(0, 800).forEach(i -> delete.topics().add(new OffsetDeleteRequestTopic().setName("t")));
        refuses(ApiKeys.OFFSET_DELETE, 0, delete, COLLIDE);
    }

    /** @return one of 1,024 strings of Aa and BB, which all have one hash code */
    private static String colliding(int number) {
        return String.format("%10s", Integer.toBinaryString(number))
                .replace(' ', '0')
                .replace("0", "Aa")
                .replace("1", "BB");
    }

    @Test
    void refusesKeysWhoseHashCodesCollide() {
        CreateTopicsRequestData create = new CreateTopicsRequestData();
        IntStream.range(0, 1_024).forEach(i -> create.topics().add(new CreatableTopic().setName(colliding(i))));
        refuses(ApiKeys.CREATE_TOPICS, 7, create, COLLIDE);
        refuses(ApiKeys.CREATE_TOPICS, 2, create, COLLIDE);

        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        IntStream.range(0, 1_024)
                .forEach(i -> topics.add(
                        new TopicProduceData().setTopicId(new Uuid(i, i)).setPartitionData(List.of())));
        refuses(ApiKeys.PRODUCE, 13, new ProduceRequestData().setTopicData(topics), COLLIDE);
        topics.forEach(topic -> topic.setTopicId(Uuid.ZERO_UUID).setName("t"));
        refuses(ApiKeys.PRODUCE, 12, new ProduceRequestData().setTopicData(topics), COLLIDE);

        CreateTopicsRequestData numbered = new CreateTopicsRequestData();
        // All fall into one slot of a table of 2 * 1024 + 1.
        numbered.topics().add(assigned("t", 1_024, 2_049));
        refuses(ApiKeys.CREATE_TOPICS, 7, numbered, COLLIDE);
    }

    @Test
    void letsThroughWhatPeopleCallManyTopics() {
        for (String pattern :
                List.of("topic-%d", "%d", "orders.events.v1.%05d", "tenant-%1$d.of-%1$d", "主题-%d", "a%x")) {
            for (int count : new int[] {100, 1_000, 10_000}) {
                CreateTopicsRequestData create = new CreateTopicsRequestData();
                IntStream.range(0, count)
                        .forEach(i -> create.topics().add(new CreatableTopic().setName(String.format(pattern, i))));
                assertThatCode(() -> RequestParser.inspect(frame(ApiKeys.CREATE_TOPICS, 7, create)))
                        .as("%d times %s", count, pattern)
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void foreseesWhatAHashTableTakes() {
        HashCollisionEstimate apart = new HashCollisionEstimate(100);
        IntStream.range(0, 100).forEach(i -> apart.add(2 * i));
        assertThat(apart.steps()).isZero();
        HashCollisionEstimate inARow = new HashCollisionEstimate(100);
        IntStream.range(0, 100).forEach(inARow::add);
        assertThat(inARow.steps()).isEqualTo(100 * 100 / 2);
        for (int slot : new int[] {0, 7, 150, 200}) {
            HashCollisionEstimate equal = new HashCollisionEstimate(100);
            IntStream.range(0, 100).forEach(i -> equal.add(slot));
            assertThat(equal.steps()).isEqualTo(100 * (100 + 100 * 99 / 2) / 2);
        }
    }

    private static void refuses(ApiKeys api, int version, ApiMessage body, String why) {
        ByteBuffer frame = frame(api, version, body);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begun = threads.getCurrentThreadCpuTime(); // other processes' time is not counted
        assertThatThrownBy(() -> RequestParser.inspect(frame))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(why);
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - begun)).isLessThan(Duration.ofSeconds(1));
    }

    /** @return the request's frame without its size */
    private static ByteBuffer frame(ApiKeys api, int apiVersion, ApiMessage body) {
        short version = (short) apiVersion;
        RequestHeader header = new RequestHeader(api, version, "scan", 1);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int size = header.data().size(cache, header.headerVersion()) + body.size(cache, version);
        ByteBufferAccessor writer = new ByteBufferAccessor(ByteBuffer.allocate(size));
        header.data().write(writer, cache, header.headerVersion());
        body.write(writer, cache, version);
        writer.flip();
        return writer.buffer();
    }
}
