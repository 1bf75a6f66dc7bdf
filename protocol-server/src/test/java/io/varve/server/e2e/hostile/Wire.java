// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Writes requests byte by byte, in versions without tagged fields unless said: what Kafka's own classes write
 * is sound, and they are as slow in making arrays of equal keys as in reading them.
 */
final class Wire {
    private static final String CLIENT = "hostile";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Begins with a frame's size, to be known at the end, and a request's header. */
    static Wire request(ApiKeys api, int version) {
        Wire wire = new Wire().int32(0).int16(api.id).int16(version).int32(7).string(CLIENT);
        return api.requestHeaderVersion((short) version) >= 2 ? wire.int8(0) : wire;
    }

    Wire int8(int value) {
        bytes.write(value);
        return this;
    }

    Wire int16(int value) {
        return int8(value >>> 8).int8(value);
    }

    Wire int32(int value) {
        return int16(value >>> 16).int16(value);
    }

    Wire int64(long value) {
        return int32((int) (value >>> 32)).int32((int) value);
    }

    Wire varint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            int8(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        return int8(rest);
    }

    Wire string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return int16(utf8.length).raw(utf8);
    }

    Wire noString() {
        return int16(-1);
    }

    Wire raw(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    Wire raw(ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.duplicate().get(copy);
        return raw(copy);
    }

    /** One element of an array. */
    @FunctionalInterface
    interface Element {
        Wire write(Wire wire, String key);
    }

    /** An array with an element for each key. */
    Wire array(List<String> keys, Element element) {
        int32(keys.size());
        keys.forEach(key -> element.write(this, key));
        return this;
    }

    /** @return the bytes as they are, with whatever size was written before them */
    byte[] unframed() {
        return bytes.toByteArray();
    }

    /** @return the frame, its size put right */
    byte[] frame() {
        byte[] frame = bytes.toByteArray();
        ByteBuffer.wrap(frame).putInt(0, frame.length - Integer.BYTES);
        return frame;
    }
}
