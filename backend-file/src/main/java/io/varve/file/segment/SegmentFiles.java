// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.file.disk.FileNames;
import io.varve.file.disk.PartitionDirectory;
import io.varve.file.disk.PooledFile;

/**
 * The files of one segment, opened when needed.
 *
 * @param log the batches
 * @param offsets the index by offset
 * @param times the index by timestamp
 */
record SegmentFiles(PooledFile log, OffsetIndex offsets, TimeIndex times) {
    /** @param areNew true if the indexes were just created, and have no entries */
    SegmentFiles(PartitionDirectory directory, long base, boolean areNew) {
        this(
                new PooledFile(directory, base, FileNames.LOG),
                new OffsetIndex(new PooledFile(directory, base, FileNames.INDEX), base, areNew),
                new TimeIndex(new PooledFile(directory, base, FileNames.TIME_INDEX), base, areNew));
    }

    /** Retires the files: they cannot be acquired any more. */
    void retire() {
        log.retire();
        offsets.file().retire();
        times.file().retire();
    }

    /** Closes each file that is neither in use nor dirty. */
    void closeIdle() {
        log.closeIfIdle();
        offsets.file().closeIfIdle();
        times.file().closeIfIdle();
    }

    /** @return true if a file waits to be forced, or an index is not trusted */
    boolean isDirty() {
        return log.isDirty() || offsets.isDirty() || times.isDirty();
    }
}
