// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.Objects;

/**
 * Names a reason that keeps a segment, or may keep it.
 *
 * @param kind the reason
 * @param detail more about the reason, for the operator; may be empty
 */
public record Obstacle(Kind kind, String detail) {
    /** Names the reasons that can prevent the deletion of a segment, or of its local copy. */
    public enum Kind {
        /** A hold pins records of the segment or before it; the detail is the hold's name. */
        HOLD,
        /**
         * An older segment stays, and deletion is by prefix; the detail is the older segment's base offset.
         */
        OLDER_SEGMENT,
        /** The segment still grows: every append postpones its deletion, until the segment limits end it. */
        ACTIVE,
        /** The segment has no records. */
        EMPTY,
        /** Not all of the segment is below the high watermark yet. */
        HIGH_WATERMARK,
        /** {@code cleanup.policy} does not contain delete. */
        NO_DELETE_POLICY,
        /** Neither {@code retention.ms} nor {@code retention.bytes} is set. */
        NO_LIMIT,
        /** Neither the records nor the storage tell the segment's age. */
        UNKNOWN_AGE,
        /**
         * A record with a timestamp in the future keeps the segment: by Kafka's rule, or because that
         * timestamp passes before the last append is old enough; the detail is the timestamp.
         */
        FUTURE_TIMESTAMP,
        /**
         * Of a local copy: the segment is not in the remote tier yet; the detail is the setting that keeps it
         * from being copied, if one does.
         */
        NOT_UPLOADED,
        /** Of a local copy: a compacted partition keeps all of them. */
        COMPACTED,
        /** Of a local copy: neither {@code local.retention.ms} nor {@code local.retention.bytes} is set. */
        NO_LOCAL_LIMIT
    }

    /** Checks presence. */
    public Obstacle {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(detail, "detail");
    }
}
