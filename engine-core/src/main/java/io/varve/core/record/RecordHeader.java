// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Holds a header of a record.
 *
 * @param key the header's name
 * @param value the header's value from position to limit, or null; not to be written to
 */
public record RecordHeader(String key, ByteBuffer value) {
    /** Checks that there is a key. */
    public RecordHeader {
        Objects.requireNonNull(key, "key");
    }
}
