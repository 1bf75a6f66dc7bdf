// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

/** The boundaries of durability in a partition, as names for {@link io.varve.core.runtime.FailPoints}. */
final class LogFailPoints {
    /** A marker is allowed and its batch is built; nothing is written. */
    static final String MARKER_BEFORE_APPEND = "log.marker.before-append";
    /** A marker is with the storage, which may not have made it durable; nobody is told. */
    static final String MARKER_AFTER_APPEND = "log.marker.after-append";
    /** What a snapshot is to say is known; the index of aborted transactions it needs is not written. */
    static final String SNAPSHOT_BEFORE_INDEX = "log.snapshot.before-index";
    /** The index of aborted transactions is written, the snapshot that vouches for it is not. */
    static final String SNAPSHOT_AFTER_INDEX = "log.snapshot.after-index";
    /** The snapshot is written; what it replaces is still there. */
    static final String SNAPSHOT_AFTER_PRODUCERS = "log.snapshot.after-producers";

    private LogFailPoints() {}
}
