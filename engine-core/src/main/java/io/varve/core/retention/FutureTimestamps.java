// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

/** What a record's timestamp that lies ahead of the clock does to the age of its segment. */
public enum FutureTimestamps {
    /**
     * A segment is as old as its newest record claims; while that timestamp lies in the future, it is as
     * old as its last append, so that it is not kept longer than its arrival would keep it.
     */
    APPEND_TIME,
    /**
     * Kafka's rule: a segment is as old as its newest record claims, and one from the future stays until
     * its time has come and passed.
     */
    KAFKA
}
