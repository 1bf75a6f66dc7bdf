// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Writes requests byte by byte, by default in versions without tagged fields. Kafka's own classes write only
 * valid requests, and are as slow to build arrays of equal keys as to parse them.
 */
final class RequestBytes {
    private static final String CLIENT = "hostile";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Begins a frame with a placeholder for its size, and the header of a request. */
    static RequestBytes request(ApiKeys api, int version) {
        return request(api, version, CLIENT);
    }

    /** The same of a client that names itself so. */
    static RequestBytes request(ApiKeys api, int version, String client) {
        RequestBytes wire = new RequestBytes()
                .int32(0)
                .int16(api.id)
                .int16(version)
                .int32(7)
                .string(client);
        return api.requestHeaderVersion((short) version) >= 2 ? wire.int8(0) : wire;
    }

    RequestBytes int8(int value) {
        bytes.write(value);
        return this;
    }

    RequestBytes int16(int value) {
        return int8(value >>> 8).int8(value);
    }

    RequestBytes int32(int value) {
        return int16(value >>> 16).int16(value);
    }

    RequestBytes int64(long value) {
        return int32((int) (value >>> 32)).int32((int) value);
    }

    RequestBytes varint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            int8(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        return int8(rest);
    }

    RequestBytes string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return int16(utf8.length).raw(utf8);
    }

    RequestBytes noString() {
        return int16(-1);
    }

    RequestBytes raw(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    RequestBytes raw(ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.duplicate().get(copy);
        return raw(copy);
    }

    /** One element of an array. */
    @FunctionalInterface
    interface Element {
        RequestBytes write(RequestBytes wire, String key);
    }

    /** An array with an element for each key. */
    RequestBytes array(List<String> keys, Element element) {
        int32(keys.size());
        keys.forEach(key -> element.write(this, key));
        return this;
    }

    /** @return the bytes with the size as it was written */
    byte[] unframed() {
        return bytes.toByteArray();
    }

    /** @return the frame, with its size corrected */
    byte[] frame() {
        byte[] frame = bytes.toByteArray();
        ByteBuffer.wrap(frame).putInt(0, frame.length - Integer.BYTES);
        return frame;
    }
}
