// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

/** Defines how a timestamp in the future affects the age of its segment. */
public enum FutureTimestamps {
    /**
     * A segment is as old as its newest timestamp. While that timestamp lies in the future, the segment is as
     * old as its last append, and so is not kept longer than records written at that time.
     */
    APPEND_TIME,
    /**
     * Kafka's rule: a segment is as old as its newest timestamp. One from the future stays until that
     * timestamp is old enough.
     */
    KAFKA
}
