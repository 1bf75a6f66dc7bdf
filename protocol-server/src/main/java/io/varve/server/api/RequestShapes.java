// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.server.api.WireShape.Length;
import io.varve.server.api.WireShape.Struct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/** The shapes of all requests, made from Kafka's schemas when they are first asked for. Thread-safe. */
final class RequestShapes {
    private static final Map<Integer, WireShape> BODIES = new ConcurrentHashMap<>();
    private static final Map<Short, WireShape> HEADERS = new ConcurrentHashMap<>();

    /**
     * Arrays whose elements Kafka keeps in a hash table, by API and name, and the fields its key is made of,
     * in order.
     */
    static final Map<ApiKeys, Map<String, List<String>>> HASHED = Map.ofEntries(
            Map.entry(ApiKeys.PRODUCE, Map.of("topic_data", List.of("name", "topic_id"))),
            Map.entry(ApiKeys.JOIN_GROUP, Map.of("protocols", List.of("name"))),
            Map.entry(
                    ApiKeys.CREATE_TOPICS,
                    Map.of(
                            "topics", List.of("name"),
                            "assignments", List.of("partition_index"),
                            "configs", List.of("name"))),
            Map.entry(ApiKeys.OFFSET_FOR_LEADER_EPOCH, Map.of("topics", List.of("topic"))),
            Map.entry(
                    ApiKeys.ADD_PARTITIONS_TO_TXN,
                    Map.of(
                            "transactions", List.of("transactional_id"),
                            "topics", List.of("name"),
                            "v3_and_below_topics", List.of("name"))),
            Map.entry(
                    ApiKeys.ALTER_CONFIGS,
                    Map.of("resources", List.of("resource_type", "resource_name"), "configs", List.of("name"))),
            Map.entry(ApiKeys.ALTER_REPLICA_LOG_DIRS, Map.of("dirs", List.of("path"), "topics", List.of("name"))),
            Map.entry(ApiKeys.DESCRIBE_LOG_DIRS, Map.of("topics", List.of("topic"))),
            Map.entry(ApiKeys.CREATE_PARTITIONS, Map.of("topics", List.of("name"))),
            Map.entry(ApiKeys.ELECT_LEADERS, Map.of("topic_partitions", List.of("topic"))),
            Map.entry(
                    ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                    Map.of(
                            "resources", List.of("resource_type", "resource_name"),
                            "configs", List.of("name", "config_operation"))),
            Map.entry(ApiKeys.OFFSET_DELETE, Map.of("topics", List.of("name"))),
            Map.entry(ApiKeys.UPDATE_FEATURES, Map.of("feature_updates", List.of("feature"))),
            Map.entry(
                    ApiKeys.SHARE_FETCH,
                    Map.of("topics", List.of("topic_id"), "partitions", List.of("partition_index"))),
            Map.entry(
                    ApiKeys.SHARE_ACKNOWLEDGE,
                    Map.of("topics", List.of("topic_id"), "partitions", List.of("partition_index"))),
            Map.entry(ApiKeys.ADD_RAFT_VOTER, Map.of("listeners", List.of("name"))),
            Map.entry(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, Map.of("topics", List.of("topic_name"))));

    private static final Map<Type, WireShape> SCALARS = scalars();
    private static final int HASH_FACTOR = 31;

    private RequestShapes() {}

    /**
     * @param api any API
     * @param version one Kafka can parse
     * @return the shape of its requests' bodies
     */
    static WireShape body(ApiKeys api, short version) {
        return BODIES.computeIfAbsent(
                api.id << Short.SIZE | version,
                key -> struct(
                        ApiMessageType.fromApiKey(api.id).requestSchemas()[version],
                        HASHED.getOrDefault(api, Map.of()),
                        List.of()));
    }

    /**
     * @param version of a request header
     * @return its shape
     */
    static WireShape header(short version) {
        return HEADERS.computeIfAbsent(version, key -> struct(RequestHeaderData.SCHEMAS[key], Map.of(), List.of()));
    }

    private static Struct struct(Schema schema, Map<String, List<String>> hashed, List<String> keys) {
        List<Struct.Field> fields = new ArrayList<>();
        int lastKey = -1;
        for (BoundField field : schema.fields()) {
            int key = keys.indexOf(field.def.name);
            lastKey = Math.max(lastKey, key);
            fields.add(new Struct.Field(shape(field.def.name, field.def.type, hashed), key >= 0));
        }
        int factor = 1;
        for (int absent = lastKey + 1; absent < keys.size(); absent++) {
            factor *= HASH_FACTOR;
        }
        return new Struct(List.copyOf(fields), schema instanceof NullableSchema, !keys.isEmpty(), factor);
    }

    private static WireShape shape(String name, Type type, Map<String, List<String>> hashed) {
        if (type.isArray()) {
            Type element = type.arrayElementType().orElseThrow();
            List<String> keys = hashed.getOrDefault(name, List.of());
            WireShape shape = element instanceof Schema schema && !keys.isEmpty()
                    ? struct(schema, hashed, keys)
                    : shape(name, element, hashed);
            boolean compact = type instanceof org.apache.kafka.common.protocol.types.CompactArrayOf;
            return new WireShape.Array(compact ? Length.COMPACT : Length.INT, shape);
        }
        if (type instanceof Schema schema) {
            return struct(schema, hashed, List.of());
        }
        if (type instanceof TaggedFields tagged) {
            Map<Integer, WireShape> known = new HashMap<>();
            tagged.fields().forEach((tag, field) -> known.put(tag, shape(field.name, field.type, hashed)));
            return new WireShape.Tagged(Map.copyOf(known));
        }
        WireShape scalar = SCALARS.get(type);
        if (scalar == null) {
            throw new IllegalStateException("a type this server does not know: " + type);
        }
        return scalar;
    }

    private static Map<Type, WireShape> scalars() {
        Map<Type, WireShape> shapes = new HashMap<>();
        shapes.put(Type.BOOLEAN, new WireShape.Fixed(1));
        shapes.put(Type.INT8, new WireShape.Fixed(Byte.BYTES));
        shapes.put(Type.INT16, new WireShape.Fixed(Short.BYTES));
        shapes.put(Type.UINT16, new WireShape.Fixed(Short.BYTES));
        shapes.put(Type.INT32, new WireShape.Fixed(Integer.BYTES));
        shapes.put(Type.UNSIGNED_INT32, new WireShape.Fixed(Integer.BYTES));
        shapes.put(Type.INT64, new WireShape.Fixed(Long.BYTES));
        shapes.put(Type.FLOAT64, new WireShape.Fixed(Double.BYTES));
        shapes.put(Type.UUID, new WireShape.Fixed(2 * Long.BYTES));
        shapes.put(Type.VARINT, new WireShape.Varint());
        shapes.put(Type.VARLONG, new WireShape.Varint());
        shapes.put(Type.STRING, new WireShape.Text(Length.SHORT));
        shapes.put(Type.NULLABLE_STRING, new WireShape.Text(Length.SHORT));
        shapes.put(Type.COMPACT_STRING, new WireShape.Text(Length.COMPACT));
        shapes.put(Type.COMPACT_NULLABLE_STRING, new WireShape.Text(Length.COMPACT));
        shapes.put(Type.BYTES, new WireShape.Bytes(Length.INT));
        shapes.put(Type.NULLABLE_BYTES, new WireShape.Bytes(Length.INT));
        shapes.put(Type.COMPACT_BYTES, new WireShape.Bytes(Length.COMPACT));
        shapes.put(Type.COMPACT_NULLABLE_BYTES, new WireShape.Bytes(Length.COMPACT));
        shapes.put(Type.RECORDS, new WireShape.RecordsShape(Length.INT));
        shapes.put(Type.NULLABLE_RECORDS, new WireShape.RecordsShape(Length.INT));
        shapes.put(Type.COMPACT_RECORDS, new WireShape.RecordsShape(Length.COMPACT));
        shapes.put(Type.COMPACT_NULLABLE_RECORDS, new WireShape.RecordsShape(Length.COMPACT));
        return shapes;
    }
}
