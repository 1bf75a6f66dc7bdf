// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

/** Names this backend's durability boundaries, for {@link io.varve.core.runtime.FailPoints}. */
final class LmdbFailPoints {
    /** A run is staged; none of its bytes are in the environment. */
    static final String APPEND_AFTER_STAGING = "lmdb.append.after-staging";
    /**
     * All staged changes are in the transaction, not committed; an UncheckedIOException here is a failed
     * commit.
     */
    static final String SYNC_BEFORE_FORCE = "lmdb.sync.before-force";
    /** A group commit is on the device; the partitions' ends are not published. */
    static final String SYNC_AFTER_FORCE = "lmdb.sync.after-force";
    /** A new partition is in the transaction, not committed. */
    static final String CREATE_BEFORE_COMMIT = "lmdb.create.before-commit";
    /** A deletion is in the transaction, not committed. */
    static final String DELETE_BEFORE_COMMIT = "lmdb.delete.before-commit";
    /** A deletion is committed; the partition's handles are not ended. */
    static final String DELETE_AFTER_COMMIT = "lmdb.delete.after-commit";
    /** A truncation is in the transaction, not committed. */
    static final String TRUNCATE_BEFORE_COMMIT = "lmdb.truncate.before-commit";
    /** A truncation is committed, not published. */
    static final String TRUNCATE_AFTER_COMMIT = "lmdb.truncate.after-commit";
    /** Compacted batches are stored aside; the old segments still count. */
    static final String REPLACE_BEFORE_SWAP = "lmdb.replace.before-swap";
    /** The compacted segment has replaced the old ones; their batches still exist. */
    static final String REPLACE_AFTER_SWAP = "lmdb.replace.after-swap";
    /** Some garbage is removed in the transaction, not committed. */
    static final String RECLAIM_BEFORE_COMMIT = "lmdb.reclaim.before-commit";
    /** The environment is copied without its free pages; the old file still has the name. */
    static final String COMPACT_BEFORE_RENAME = "lmdb.compact.before-rename";
    /** The compact copy has the name; the directory is not forced. */
    static final String COMPACT_AFTER_RENAME = "lmdb.compact.after-rename";
    /** All staged changes are committed; the environment is not closed. */
    static final String CLOSE_AFTER_COMMIT = "lmdb.close.after-commit";

    private LmdbFailPoints() {}
}
