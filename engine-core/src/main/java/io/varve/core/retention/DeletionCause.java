// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

/** What deletes a segment. */
public enum DeletionCause {
    /** Its newest record is older than {@code retention.ms}. */
    TIME,
    /** The segments after it hold {@code retention.bytes} or more. */
    SIZE,
    /** Every record of it lies below the log start offset already. */
    LOG_START,
    /** Nothing, as things stand. */
    NONE
}
