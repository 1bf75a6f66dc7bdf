// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Type;

/**
 * Reads the layout of a message from one line of text:
 *
 * <pre>
 *   layout = { name ":" type }         array = "[" type "]" | "[" layout "]", followed by "?" when it may be null
 *   type   = int8 | int16 | int32 | int64 | bool | string | string? | bytes | bytes?
 *          | records? | array
 * </pre>
 */
final class LayoutText {
    private static final Map<String, Type> TYPES = Map.of(
            "int8", Type.INT8,
            "int16", Type.INT16,
            "int32", Type.INT32,
            "int64", Type.INT64,
            "bool", Type.BOOLEAN,
            "string", Type.STRING,
            "string?", Type.NULLABLE_STRING,
            "bytes", Type.BYTES,
            "bytes?", Type.NULLABLE_BYTES,
            "records?", Type.NULLABLE_RECORDS);

    private LayoutText() {}

    /**
     * @param text the layout
     * @return the schema
     * @throws IllegalArgumentException if the text is not a layout
     */
    static Schema of(String text) {
        Iterator<String> words = List.of(text.replace("[", " [ ")
                        .replace("]?", " ]?")
                        .replaceAll("](?!\\?)", " ]")
                        .replace(":", " ")
                        .trim()
                        .split("\\s+"))
                .iterator();
        Struct struct = struct(words, words.next());
        if (words.hasNext() || struct.end != null) {
            throw new IllegalArgumentException("not a layout: " + text);
        }
        return struct.schema;
    }

    /** @param end the word that ended it; null at the end of the text */
    private record Struct(Schema schema, String end) {}

    private static Struct struct(Iterator<String> words, String first) {
        List<Field> fields = new ArrayList<>();
        String word = first;
        while (word != null && !word.startsWith("]")) {
            fields.add(new Field(word, type(words)));
            word = words.hasNext() ? words.next() : null;
        }
        return new Struct(new Schema(fields.toArray(Field[]::new)), word);
    }

    private static Type type(Iterator<String> words) {
        String word = words.next();
        if (!word.equals("[")) {
            return scalar(word);
        }
        String first = words.next();
        if (TYPES.containsKey(first)) {
            return array(scalar(first), words.next());
        }
        Struct element = struct(words, first);
        return array(element.schema, element.end);
    }

    private static Type scalar(String word) {
        Type type = TYPES.get(word);
        if (type == null) {
            throw new IllegalArgumentException("not a type: " + word);
        }
        return type;
    }

    private static Type array(Type element, String end) {
        if (!"]".equals(end) && !"]?".equals(end)) {
            throw new IllegalArgumentException("an array of " + element + " ends in " + end);
        }
        return end.equals("]") ? new ArrayOf(element) : ArrayOf.nullable(element);
    }
}
