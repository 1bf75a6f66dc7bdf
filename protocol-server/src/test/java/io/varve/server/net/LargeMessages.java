// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.era.OldLayouts;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Requests of any API and version with arrays of up to thousands of elements, at any depth: equal ones,
 * different ones, some with one hash code, some fewer than the array says. Written by Kafka's schemas,
 * because Kafka's own classes take long to make such arrays. The bytes are bounded.
 */
final class LargeMessages {
    private static final int MAX_BYTES = 128 << 10;
    private static final int[] COUNTS = {100, 1_000, 4_000, 20_000};
    private static final int TAGS_END = 0;

    private final Random random;
    private final ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);

    LargeMessages(Random random) {
        this.random = random;
    }

    /** @return the request's frame with its size */
    byte[] frame(ApiKeys api, short version, int correlationId) {
        out.clear().putInt(0);
        out.put(RawClient.header(api, version, correlationId));
        try {
            struct(
                    OldLayouts.has(api, version)
                            ? OldLayouts.request(api, version)
                            : ApiMessageType.fromApiKey(api.id).requestSchemas()[version]);
        } catch (BufferOverflowException e) {
            // It ends somewhere inside.
        }
        out.putInt(0, out.position() - Integer.BYTES);
        return Arrays.copyOf(out.array(), out.position());
    }

    private void struct(Schema schema) {
        for (BoundField field : schema.fields()) {
            value(field.def.type);
        }
    }

    private void value(Type type) {
        if (type instanceof TaggedFields) {
            out.put((byte) TAGS_END);
        } else if (type instanceof Schema nested) {
            struct(nested);
        } else if (type.isArray()) {
            array(type, type.arrayElementType().orElseThrow());
        } else {
            scalar(type);
        }
    }

    private void array(Type type, Type element) {
        int count = random.nextInt(3) == 0 ? COUNTS[random.nextInt(COUNTS.length)] : random.nextInt(3);
        int told = random.nextInt(20) == 0 ? count * 2 : count;
        if (type instanceof CompactArrayOf) {
            ByteUtils.writeUnsignedVarint(told + 1, out);
        } else {
            out.putInt(told);
        }
        boolean equal = random.nextBoolean();
        int from = out.position();
        int length = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0 && equal) {
                out.put(out.array(), from, length);
            } else {
                value(element);
                length = out.position() - from;
            }
        }
    }

    private void scalar(Type type) {
        if (type == Type.BOOLEAN) {
            type.write(out, random.nextBoolean());
        } else if (type == Type.INT8) {
            type.write(out, (byte) random.nextInt(4));
        } else if (type == Type.INT16) {
            type.write(out, (short) random.nextInt(4));
        } else if (type == Type.UINT16 || type == Type.INT32) {
            type.write(out, random.nextInt(4));
        } else if (type == Type.UNSIGNED_INT32 || type == Type.INT64) {
            type.write(out, (long) random.nextInt(4));
        } else if (type == Type.FLOAT64) {
            type.write(out, random.nextDouble());
        } else if (type == Type.UUID) {
            type.write(out, new Uuid(random.nextLong(), random.nextLong()));
        } else if (type.isNullable() && random.nextInt(4) == 0) {
            type.write(out, null);
        } else if (type.toString().contains("STRING")) {
            type.write(out, name());
        } else if (type.toString().contains("BYTES")) {
            type.write(out, ByteBuffer.wrap(name().getBytes(StandardCharsets.UTF_8)));
        } else {
            type.write(out, null);
        }
    }

    /** Often one that was there before, often one with the hash code of others. */
    private String name() {
        StringBuilder name = new StringBuilder();
        int parts = List.of(0, 1, 2, 12).get(random.nextInt(4));
        for (int i = 0; i < parts; i++) {
            name.append(random.nextBoolean() ? "Aa" : "BB");
        }
        return name.toString();
    }
}
