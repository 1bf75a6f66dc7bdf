// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.Objects;

/**
 * A reason that keeps a segment, or may.
 *
 * @param kind what it is
 * @param detail what to know of it, for people; may be empty
 */
public record Obstacle(Kind kind, String detail) {
    /** What can stand in the way. */
    public enum Kind {
        /** A hold pins some of it, or of what lies before it; the detail is the hold's name. */
        HOLD,
        /** An older segment stays, and deletion is by prefix; the detail is that one's base offset. */
        OLDER_SEGMENT,
        /** It still grows: every append puts its time off. The limits on segments end that. */
        ACTIVE,
        /** Nothing was appended to it. */
        EMPTY,
        /** Not all of it is below the high watermark yet. */
        HIGH_WATERMARK,
        /** {@code cleanup.policy} does not contain delete. */
        NO_DELETE_POLICY,
        /** Neither {@code retention.ms} nor {@code retention.bytes} is set. */
        NO_LIMIT,
        /** Neither its records nor the storage tell how old it is. */
        UNKNOWN_AGE,
        /**
         * A record from the future keeps it: by Kafka's rule, or because its time comes before the last
         * append is old; the detail is that timestamp.
         */
        FUTURE_TIMESTAMP
    }

    /** Checks presence. */
    public Obstacle {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(detail, "detail");
    }
}
