// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Holds an event to be appended. The arrays are not copied: leave them as they are until the append returns.
 *
 * @param key what the event is about, or null
 * @param value the event's content
 * @param headers what is said about the event, in order
 */
public record NewEvent(byte[] key, byte[] value, List<RecordHeader> headers) {
    /** Checks that there is a content, and copies the list of headers. */
    public NewEvent {
        Objects.requireNonNull(value, "value");
        headers = List.copyOf(headers);
    }

    /**
     * @param value the event's content
     * @return an event without key and headers
     */
    public static NewEvent of(byte[] value) {
        return new NewEvent(null, value, List.of());
    }

    /**
     * @param value the event's content, to be stored in UTF-8
     * @return an event without key and headers
     */
    public static NewEvent of(String value) {
        return of(value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @param about the key, to be stored in UTF-8
     * @return this event with that key
     */
    public NewEvent withKey(String about) {
        return new NewEvent(about.getBytes(StandardCharsets.UTF_8), value, headers);
    }

    /**
     * @param name the header's name
     * @param text the header's value, to be stored in UTF-8
     * @return this event with one more header
     */
    public NewEvent withHeader(String name, String text) {
        RecordHeader header = new RecordHeader(name, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        List<RecordHeader> more = new ArrayList<>(headers);
        more.add(header);
        return new NewEvent(key, value, more);
    }
}
