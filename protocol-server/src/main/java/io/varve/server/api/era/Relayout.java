// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.Type;

/** Copies a message from one version's layout into another's, field by field, by their names. Stateless. */
final class Relayout {
    private static final byte LITERAL = 3;
    private static final byte DEFAULT_CONFIG = 5;

    /** The meaning of a message that lacks a field of the other layout. */
    private static final Map<String, Object> ABSENT = absent();

    private Relayout() {}

    private static Map<String, Object> absent() {
        Map<String, Object> values = new HashMap<>();
        values.put("transactional_id", null);
        values.put("max_bytes", Integer.MAX_VALUE);
        values.put("isolation_level", (byte) 0);
        values.put("current_leader_epoch", -1);
        values.put("generation_id_or_member_epoch", -1);
        values.put("member_id", "");
        values.put("retention_time_ms", -1L);
        values.put("validate_only", false);
        values.put("include_synonyms", false);
        values.put("pattern_type_filter", LITERAL);
        values.put("resource_pattern_type", LITERAL);
        values.put("old_style_offsets", new Object[0]);
        values.put("_tagged_fields", new TreeMap<>());
        return values;
    }

    /**
     * @param from a message
     * @param layout the other layout
     * @return the message in the other layout
     * @throws IllegalArgumentException if the other layout has a field that the message cannot do without
     */
    static Struct copy(Struct from, Schema layout) {
        Struct to = new Struct(layout);
        for (BoundField field : layout.fields()) {
            BoundField source = from.schema().get(field.def.name);
            to.set(field, source == null ? absent(from, field.def.name) : copy(from.get(source), field.def.type));
        }
        return to;
    }

    private static Object copy(Object value, Type type) {
        if (value instanceof Struct struct && type instanceof Schema layout) {
            return copy(struct, layout);
        }
        if (value instanceof Object[] elements && type.isArray()) {
            Type element = type.arrayElementType().orElseThrow();
            Object[] copies = new Object[elements.length];
            for (int i = 0; i < copies.length; i++) {
                copies[i] = copy(elements[i], element);
            }
            return copies;
        }
        return value;
    }

    private static Object absent(Struct from, String name) {
        if (name.equals("is_default")) {
            return (byte) from.get("config_source") == DEFAULT_CONFIG;
        }
        if (!ABSENT.containsKey(name)) {
            throw new IllegalArgumentException("nothing is known of " + name + " without the field");
        }
        return ABSENT.get(name);
    }
}
