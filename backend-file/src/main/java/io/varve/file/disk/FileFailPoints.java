// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

/** The durability boundaries of this backend, as names for {@link io.varve.core.runtime.FailPoints}. */
public final class FileFailPoints {
    /** An append has passed its checks; nothing is written. */
    public static final String APPEND_BEFORE_WRITE = "file.append.before-write";
    /** The bytes of a run are in the page cache; nobody can read them yet. */
    public static final String APPEND_AFTER_WRITE = "file.append.after-write";
    /** The next segment's files are about to be created. */
    public static final String ROLL_BEFORE_CREATE = "file.roll.before-create";
    /** The next segment's log file exists, its indexes do not. */
    public static final String ROLL_AFTER_LOG = "file.roll.after-log";
    /** The names of new segments are about to be forced. */
    public static final String SYNC_BEFORE_DIRECTORY = "file.sync.before-directory";
    /** A dirty log file is about to be forced; an UncheckedIOException here is a failed fsync. */
    public static final String SYNC_BEFORE_FORCE = "file.sync.before-force";
    /** Everything of a partition is on the device; its durable end is not published. */
    public static final String SYNC_AFTER_FORCE = "file.sync.after-force";
    /** A checkpoint is written aside and forced; the old one still has the name. */
    public static final String CHECKPOINT_BEFORE_RENAME = "file.checkpoint.before-rename";
    /** A checkpoint has its name. */
    public static final String CHECKPOINT_AFTER_RENAME = "file.checkpoint.after-rename";
    /** Checkpoints allow the truncation; no file is touched. */
    public static final String TRUNCATE_BEFORE_FILES = "file.truncate.before-files";
    /** The segment that holds the new end is cut; later segments are still there. */
    public static final String TRUNCATE_AFTER_CUT = "file.truncate.after-cut";
    /** A partition is to be emptied and its directory says so, its files are still there. */
    public static final String EMPTY_BEFORE_FILES = "file.empty.before-files";
    /** An emptied partition has no file yet at its new start. */
    public static final String EMPTY_BEFORE_CREATE = "file.empty.before-create";
    /** Compacted batches are forced under {@code .cleaned}; the old segments still count. */
    public static final String REPLACE_BEFORE_SWAP = "file.replace.before-swap";
    /** The commit point is passed: {@code .swap} is durable, the old segments are still there. */
    public static final String REPLACE_AFTER_SWAP = "file.replace.after-swap";
    /** The old segments are gone; {@code .swap} does not have its final name. */
    public static final String REPLACE_BEFORE_FINISH = "file.replace.before-finish";
    /** A new partition's directory and log exist; nothing says yet whose they are. */
    public static final String CREATE_BEFORE_METADATA = "file.create.before-metadata";
    /** A new partition is complete, but its parent directory is not forced. */
    public static final String CREATE_BEFORE_FORCE = "file.create.before-force";
    /** A partition is about to be renamed away; an UncheckedIOException here is a failed rename. */
    public static final String DELETE_BEFORE_RENAME = "file.delete.before-rename";
    /**
     * A partition is renamed, the parent directory not forced; an UncheckedIOException here is a failed
     * fsync.
     */
    public static final String DELETE_BEFORE_FORCE = "file.delete.before-force";
    /** A snapshot is written aside, not forced; what it replaces still has the name. */
    public static final String SNAPSHOT_BEFORE_RENAME = "file.snapshot.before-rename";
    /** Everything is synced; the clean-shutdown marker is not written. */
    public static final String CLOSE_BEFORE_MARKER = "file.close.before-marker";

    private FileFailPoints() {}
}
