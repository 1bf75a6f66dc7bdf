// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.era.OldLayouts;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Sound requests with random content in the versions that Kafka 4 has given up. */
final class OldMessages {
    private static final int LARGEST_NUMBER = 4;
    private static final CompressionType[] CODECS = {
        CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4
    };

    private final Random random;

    OldMessages(Random random) {
        this.random = random;
    }

    /** @return the request's frame with its size */
    byte[] frame(ApiKeys api, short version, int correlationId) {
        Struct body = struct(OldLayouts.request(api, version));
        byte[] header = RawClient.header(api, version, correlationId);
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + header.length + body.sizeOf());
        frame.putInt(frame.capacity() - Integer.BYTES).put(header);
        body.writeTo(frame);
        return frame.array();
    }

    private Struct struct(Schema layout) {
        Struct struct = new Struct(layout);
        for (BoundField field : layout.fields()) {
            struct.set(field, value(field.def.type));
        }
        return struct;
    }

    private Object value(Type type) {
        if (type instanceof Schema nested) {
            return struct(nested);
        }
        if (type.isArray()) {
            Object[] elements = new Object[random.nextInt(3)];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = value(type.arrayElementType().orElseThrow());
            }
            return elements;
        }
        int number = random.nextInt(LARGEST_NUMBER);
        if (type == Type.INT8) {
            return (byte) number;
        } else if (type == Type.INT16) {
            return (short) number;
        } else if (type == Type.INT32) {
            return number;
        } else if (type == Type.INT64) {
            return (long) number;
        } else if (type == Type.BOOLEAN) {
            return random.nextBoolean();
        } else if (type == Type.NULLABLE_BYTES) {
            return messageSet();
        }
        return type == Type.BYTES ? ByteBuffer.allocate(number) : "n" + number;
    }

    private ByteBuffer messageSet() {
        byte[] value = new byte[random.nextInt(40)];
        random.nextBytes(value);
        byte magic = (byte) random.nextInt(3);
        CompressionType codec = CODECS[random.nextInt(CODECS.length)];
        return MemoryRecords.withRecords(
                        magic, Compression.of(codec).build(), new SimpleRecord(1, value), new SimpleRecord(2, value))
                .buffer();
    }
}
