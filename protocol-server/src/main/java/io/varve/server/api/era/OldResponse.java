// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.server.api.ThrottledBody;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.BaseRecords;

/** A response in the layout of an old version. Not thread-safe. */
final class OldResponse implements ApiMessage, ThrottledBody {
    private static final String THROTTLE_TIME = "throttle_time_ms";

    private final ApiKeys api;
    private final Struct struct;

    /**
     * @param api the API
     * @param struct the response
     */
    OldResponse(ApiKeys api, Struct struct) {
        this.api = api;
        this.struct = struct;
    }

    /** @return the response by its fields */
    Struct struct() {
        return struct;
    }

    @Override
    public void throttleTimeMs(int ms) {
        if (struct.hasField(THROTTLE_TIME)) {
            struct.set(THROTTLE_TIME, ms);
        }
    }

    @Override
    public short apiKey() {
        return api.id;
    }

    @Override
    public short lowestSupportedVersion() {
        return 0;
    }

    @Override
    public short highestSupportedVersion() {
        return (short) (api.oldestVersion() - 1);
    }

    @Override
    public void addSize(MessageSizeAccumulator size, ObjectSerializationCache cache, short version) {
        size.addBytes(struct.sizeOf());
    }

    /** @param version ignored: the struct has one */
    @Override
    public void write(Writable writable, ObjectSerializationCache cache, short version) {
        write(writable, struct);
    }

    /** Writes records from where they lie, and all else by way of a small buffer. */
    private static void write(Writable out, Struct struct) {
        for (BoundField field : struct.schema().fields()) {
            write(out, field.def.type, struct.get(field));
        }
    }

    private static void write(Writable out, Type type, Object value) {
        if (value instanceof Struct inner) {
            write(out, inner);
        } else if (value instanceof Object[] elements) {
            out.writeInt(elements.length);
            for (Object element : elements) {
                write(out, type.arrayElementType().orElseThrow(), element);
            }
        } else if (value instanceof BaseRecords records) {
            out.writeInt(records.sizeInBytes());
            out.writeRecords(records);
        } else {
            ByteBuffer bytes = ByteBuffer.allocate(type.sizeOf(value));
            type.write(bytes, value);
            out.writeByteBuffer(bytes.flip());
        }
    }

    /** @throws UnsupportedOperationException always: clients read responses */
    @Override
    public void read(Readable readable, short version) {
        throw new UnsupportedOperationException("a response that is only sent");
    }

    @Override
    public List<RawTaggedField> unknownTaggedFields() {
        return List.of();
    }

    @Override
    public Message duplicate() {
        return new OldResponse(api, struct);
    }
}
