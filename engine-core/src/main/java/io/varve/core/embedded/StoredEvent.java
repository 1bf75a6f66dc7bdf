// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Holds an event as it was read. The arrays are the reader's own.
 *
 * @param offset its place in the stream, 0 or more
 * @param timestampMs when it was appended, in ms since the epoch
 * @param key what the event is about, or null
 * @param value the event's content; null only where another program appended none
 * @param headers what is said about the event, in order
 */
public record StoredEvent(long offset, long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {
    /** @return the content as UTF-8 text */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }
}
