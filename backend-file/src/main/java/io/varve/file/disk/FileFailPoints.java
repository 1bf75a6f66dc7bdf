// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

/** Names this backend's durability boundaries, for {@link io.varve.core.runtime.FailPoints}. */
public final class FileFailPoints {
    /** An append has passed its checks; none of its bytes are written. */
    public static final String APPEND_BEFORE_WRITE = "file.append.before-write";
    /** The bytes of a run are in the page cache; they are not readable yet. */
    public static final String APPEND_AFTER_WRITE = "file.append.after-write";
    /** The next segment's files are about to be created. */
    public static final String ROLL_BEFORE_CREATE = "file.roll.before-create";
    /** The next segment's log file exists, its indexes do not. */
    public static final String ROLL_AFTER_LOG = "file.roll.after-log";
    /** The names of new segments, or all names of a new partition, are about to be forced. */
    public static final String SYNC_BEFORE_DIRECTORY = "file.sync.before-directory";
    /** A dirty log file is about to be forced; an UncheckedIOException here is a failed fsync. */
    public static final String SYNC_BEFORE_FORCE = "file.sync.before-force";
    /** All of a partition's bytes are on the device; its durable end is not published. */
    public static final String SYNC_AFTER_FORCE = "file.sync.after-force";
    /**
     * A frame is about to be written to the ring; an UncheckedIOException here is a failed write of the
     * device.
     */
    public static final String RING_BEFORE_WRITE = "file.ring.before-write";
    /** A frame is durable in the ring; the durable ends of its partitions are not published. */
    public static final String RING_AFTER_WRITE = "file.ring.after-write";
    /** The ring has nothing of a partition that counts; an edit of its logs is about to begin. */
    public static final String RING_LEFT = "file.ring.left";
    /** Frames that an earlier server has left in the ring were written to the logs, which are not forced. */
    public static final String RING_AFTER_REPLAY = "file.ring.after-replay";
    /** A checkpoint is written aside and forced; the old one still has the name. */
    public static final String CHECKPOINT_BEFORE_RENAME = "file.checkpoint.before-rename";
    /** A checkpoint has its name. */
    public static final String CHECKPOINT_AFTER_RENAME = "file.checkpoint.after-rename";
    /** The checkpoints allow the truncation; no file is changed. */
    public static final String TRUNCATE_BEFORE_FILES = "file.truncate.before-files";
    /** The segment that holds the new end is truncated; later segments still exist. */
    public static final String TRUNCATE_AFTER_CUT = "file.truncate.after-cut";
    /** A partition's directory has the mark that the partition is to be emptied; its files still exist. */
    public static final String EMPTY_BEFORE_FILES = "file.empty.before-files";
    /** An emptied partition has no segment yet at its new start. */
    public static final String EMPTY_BEFORE_CREATE = "file.empty.before-create";
    /** Compacted batches are forced under {@code .cleaned}; the old segments still count. */
    public static final String REPLACE_BEFORE_SWAP = "file.replace.before-swap";
    /** The commit point is passed: {@code .swap} is durable, and the old segments still exist. */
    public static final String REPLACE_AFTER_SWAP = "file.replace.after-swap";
    /** The old segments are gone; {@code .swap} does not have its final name. */
    public static final String REPLACE_BEFORE_FINISH = "file.replace.before-finish";
    /** A new partition's directory and log exist; its metadata file does not. */
    public static final String CREATE_BEFORE_METADATA = "file.create.before-metadata";
    /** The new partitions that get files at once have them, but the list of creations has no new one. */
    public static final String CREATE_BEFORE_FORCE = "file.create.before-force";
    /** The list of creations has new lines, which are not forced. */
    public static final String CREATIONS_BEFORE_FORCE = "file.creations.before-force";
    /** The list of creations is written aside and forced; the old one still has the name. */
    public static final String CREATIONS_BEFORE_RENAME = "file.creations.before-rename";
    /** A new partition's own files are about to be made durable, before its first batches are. */
    public static final String SETTLE_BEFORE_METADATA = "file.settle.before-metadata";
    /** A metadata file is written aside and forced; the old one still has the name. */
    public static final String SETTLE_BEFORE_RENAME = "file.settle.before-rename";
    /** A partition is about to be deleted or set aside; its handles still take appends. */
    public static final String DELETE_BEFORE_END = "file.delete.before-end";
    /** A partition's directory is about to be renamed; an UncheckedIOException here is a failed rename. */
    public static final String DELETE_BEFORE_RENAME = "file.delete.before-rename";
    /**
     * A partition's directory is renamed, its parent not forced; an UncheckedIOException here is a failed
     * fsync.
     */
    public static final String DELETE_BEFORE_FORCE = "file.delete.before-force";
    /** A snapshot is written aside, not forced; the snapshot that it replaces still has the name. */
    public static final String SNAPSHOT_BEFORE_RENAME = "file.snapshot.before-rename";
    /** All partitions are synced; the clean-shutdown marker is not written. */
    public static final String CLOSE_BEFORE_MARKER = "file.close.before-marker";

    private FileFailPoints() {}
}
