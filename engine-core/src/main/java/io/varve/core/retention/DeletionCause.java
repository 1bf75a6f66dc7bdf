// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

/** Names the reason for the deletion of a segment. */
public enum DeletionCause {
    /** Its newest record is older than {@code retention.ms}. */
    TIME,
    /** The segments after it hold {@code retention.bytes} or more. */
    SIZE,
    /** All its records lie below the log start offset already. */
    LOG_START,
    /**
     * It is in the remote tier only, which its topic does not use any more ({@code
     * remote.storage.enable=false}).
     */
    TIER_OFF,
    /** Nothing deletes it, in the present state of the partition. */
    NONE
}
