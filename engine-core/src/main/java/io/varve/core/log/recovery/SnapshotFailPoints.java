// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.recovery;

/**
 * Names the boundaries of durability in writing a producer snapshot, for
 * {@link io.varve.core.runtime.FailPoints}.
 */
public final class SnapshotFailPoints {
    /** A snapshot is prepared; the index of aborted transactions it needs is not written. */
    public static final String SNAPSHOT_BEFORE_INDEX = "log.snapshot.before-index";
    /** The index of aborted transactions is written, the snapshot with its checksums is not. */
    public static final String SNAPSHOT_AFTER_INDEX = "log.snapshot.after-index";
    /** The snapshot is written; the one it replaces is not deleted yet. */
    public static final String SNAPSHOT_AFTER_PRODUCERS = "log.snapshot.after-producers";

    private SnapshotFailPoints() {}
}
