// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import io.varve.server.api.era.OldLayouts;
import io.varve.server.api.parse.WireType.Length;
import io.varve.server.api.parse.WireType.Struct;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/** Translates Kafka's schemas of requests into {@link WireType}s, each on its first use. Thread-safe. */
final class RequestSchemas {
    /** By API and version; null until it is used. */
    private static final Map<ApiKeys, AtomicReferenceArray<WireType>> BODIES = new EnumMap<>(ApiKeys.class);

    private static final AtomicReferenceArray<WireType> HEADERS =
            new AtomicReferenceArray<>(RequestHeaderData.SCHEMAS.length);

    static {
        for (ApiKeys api : ApiKeys.values()) {
            BODIES.put(api, new AtomicReferenceArray<>(schemas(api).length));
        }
    }

    /**
     * The arrays whose elements Kafka keeps in a hash table, by API and name, with the fields of the key in
     * their order.
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

    /**
     * The arrays for whose elements an answer has one each, also that of an error, which Kafka keeps in a
     * hash table; as {@link #HASHED}. An array of scalars has no fields.
     */
    static final Map<ApiKeys, Map<String, List<String>>> ANSWERED = Map.ofEntries(
            Map.entry(ApiKeys.METADATA, Map.of("topics", List.of("name", "topic_id"))),
            Map.entry(ApiKeys.DELETE_TOPICS, Map.of("topics", List.of("name", "topic_id"), "topic_names", List.of())),
            Map.entry(
                    ApiKeys.DELETE_RECORDS,
                    Map.of("topics", List.of("name"), "partitions", List.of("partition_index"))),
            Map.entry(ApiKeys.DELETE_GROUPS, Map.of("groups_names", List.of())),
            Map.entry(ApiKeys.OFFSET_DELETE, Map.of("partitions", List.of("partition_index"))),
            Map.entry(ApiKeys.ADD_PARTITIONS_TO_TXN, Map.of("partitions", List.of())),
            Map.entry(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Map.of("topics", List.of("name"))));

    private static final Map<Type, WireType> SCALARS = scalars();
    private static final int HASH_FACTOR = 31;

    private RequestSchemas() {}

    /**
     * @param api any API
     * @param version a version that Kafka or {@link OldLayouts} can read
     * @return type of the request's body
     */
    static WireType body(ApiKeys api, short version) {
        AtomicReferenceArray<WireType> types = BODIES.get(api);
        WireType known = types.get(version);
        if (known != null) {
            return known;
        }
        Schema schema = OldLayouts.has(api, version) ? OldLayouts.request(api, version) : schemas(api)[version];
        WireType type = struct(schema, hashed(api), List.of());
        types.set(version, type);
        return type;
    }

    private static Schema[] schemas(ApiKeys api) {
        return ApiMessageType.fromApiKey(api.id).requestSchemas();
    }

    private static Map<String, List<String>> hashed(ApiKeys api) {
        Map<String, List<String>> arrays = new HashMap<>(HASHED.getOrDefault(api, Map.of()));
        arrays.putAll(ANSWERED.getOrDefault(api, Map.of()));
        return arrays;
    }

    /**
     * @param version version of a request header
     * @return type of the header
     */
    static WireType header(short version) {
        WireType known = HEADERS.get(version);
        if (known == null) {
            known = struct(RequestHeaderData.SCHEMAS[version], Map.of(), List.of());
            HEADERS.set(version, known);
        }
        return known;
    }

    private static Struct struct(Schema schema, Map<String, List<String>> hashed, List<String> keys) {
        List<Struct.Field> fields = new ArrayList<>();
        int lastKey = -1;
        for (BoundField field : schema.fields()) {
            int key = keys.indexOf(field.def.name);
            lastKey = Math.max(lastKey, key);
            fields.add(new Struct.Field(wireType(field.def.name, field.def.type, hashed), key >= 0));
        }
        int factor = 1;
        for (int absent = lastKey + 1; absent < keys.size(); absent++) {
            factor *= HASH_FACTOR;
        }
        return new Struct(List.copyOf(fields), schema instanceof NullableSchema, !keys.isEmpty(), factor);
    }

    private static WireType wireType(String name, Type type, Map<String, List<String>> hashed) {
        if (type.isArray()) {
            Type element = type.arrayElementType().orElseThrow();
            List<String> keys = hashed.getOrDefault(name, List.of());
            WireType elementType = element instanceof Schema schema && !keys.isEmpty()
                    ? struct(schema, hashed, keys)
                    : wireType(name, element, hashed);
            if (hashed.containsKey(name) && !(element instanceof Schema)) {
                elementType = new Struct(List.of(new Struct.Field(elementType, true)), false, true, 1);
            }
            boolean compact = type instanceof org.apache.kafka.common.protocol.types.CompactArrayOf;
            return new WireType.Array(compact ? Length.COMPACT : Length.INT, elementType);
        }
        if (type instanceof Schema schema) {
            return struct(schema, hashed, List.of());
        }
        if (type instanceof TaggedFields tagged) {
            Map<Integer, WireType> known = new HashMap<>();
            tagged.fields().forEach((tag, field) -> known.put(tag, wireType(field.name, field.type, hashed)));
            return new WireType.Tagged(Map.copyOf(known));
        }
        WireType scalar = SCALARS.get(type);
        if (scalar == null) {
            throw new IllegalStateException("a type of Kafka's schemas that the scan does not know: " + type);
        }
        return scalar;
    }

    private static Map<Type, WireType> scalars() {
        Map<Type, WireType> types = new HashMap<>();
        types.put(Type.BOOLEAN, new WireType.Fixed(1));
        types.put(Type.INT8, new WireType.Fixed(Byte.BYTES));
        types.put(Type.INT16, new WireType.Fixed(Short.BYTES));
        types.put(Type.UINT16, new WireType.Fixed(Short.BYTES));
        types.put(Type.INT32, new WireType.Fixed(Integer.BYTES));
        types.put(Type.UNSIGNED_INT32, new WireType.Fixed(Integer.BYTES));
        types.put(Type.INT64, new WireType.Fixed(Long.BYTES));
        types.put(Type.FLOAT64, new WireType.Fixed(Double.BYTES));
        types.put(Type.UUID, new WireType.Fixed(2 * Long.BYTES));
        types.put(Type.VARINT, new WireType.Varint());
        types.put(Type.VARLONG, new WireType.Varint());
        types.put(Type.STRING, new WireType.Text(Length.SHORT));
        types.put(Type.NULLABLE_STRING, new WireType.Text(Length.SHORT));
        types.put(Type.COMPACT_STRING, new WireType.Text(Length.COMPACT));
        types.put(Type.COMPACT_NULLABLE_STRING, new WireType.Text(Length.COMPACT));
        types.put(Type.BYTES, new WireType.Bytes(Length.INT));
        types.put(Type.NULLABLE_BYTES, new WireType.Bytes(Length.INT));
        types.put(Type.COMPACT_BYTES, new WireType.Bytes(Length.COMPACT));
        types.put(Type.COMPACT_NULLABLE_BYTES, new WireType.Bytes(Length.COMPACT));
        types.put(Type.RECORDS, new WireType.RecordsBytes(Length.INT));
        types.put(Type.NULLABLE_RECORDS, new WireType.RecordsBytes(Length.INT));
        types.put(Type.COMPACT_RECORDS, new WireType.RecordsBytes(Length.COMPACT));
        types.put(Type.COMPACT_NULLABLE_RECORDS, new WireType.RecordsBytes(Length.COMPACT));
        return types;
    }
}
