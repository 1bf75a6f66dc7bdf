// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A header of a record.
 *
 * @param key its name
 * @param value its value from position to limit, or null; not to be written to
 */
public record RecordHeader(String key, ByteBuffer value) {
    /** Refuses a header without a name. */
    public RecordHeader {
        Objects.requireNonNull(key, "key");
    }
}
