// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

/** Names the places at which tests end the process or let this storage fail. */
final class S3FailPoints {
    /** In a sync, before the hot partitions are forced. */
    static final String SYNC_BEFORE_FORCE = "s3.sync.before-force";
    /** In a sync, when the hot partitions are durable, and starts are not in the journal yet. */
    static final String SYNC_BEFORE_JOURNAL = "s3.sync.before-journal";
    /** In a truncation below the hot partition, when the journal has it. */
    static final String TRUNCATE_AFTER_JOURNAL = "s3.truncate.after-journal";
    /** In a truncation, when the manifest has it, and the hot partition has it not. */
    static final String TRUNCATE_AFTER_COMMIT = "s3.truncate.after-commit";
    /** In a deletion, when the journal has it, and the hot partition is still there. */
    static final String DELETE_AFTER_JOURNAL = "s3.delete.after-journal";
    /** In a deletion, when the hot partition is gone, and the manifest still knows it. */
    static final String DELETE_BEFORE_COMMIT = "s3.delete.before-commit";
    /** When a partition's local copies are about to go. */
    static final String DROP_BEFORE_TRIM = "s3.drop.before-trim";
    /** When a new hot partition was created for one that is in the bucket. */
    static final String RESTORE_AFTER_CREATE = "s3.restore.after-create";
    /** When blobs or batches from the bucket are written, and not synced yet. */
    static final String RESTORE_BEFORE_SYNC = "s3.restore.before-sync";
    /** When a copy's segments are in the manifest, and its hot partition does not exist yet. */
    static final String COPY_AFTER_COMMIT = "s3.copy.after-commit";

    private S3FailPoints() {}
}
