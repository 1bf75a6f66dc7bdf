// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.PartitionDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/** Creates the files of an empty segment. Their names are durable when the directory is forced. Stateless. */
public final class SegmentCreation {
    private SegmentCreation() {}

    /**
     * Creates a log file and its indexes; deletes all of them when one cannot be created.
     *
     * @param base the segment's base offset
     * @param afterLog runs when the log file exists and its indexes do not
     * @throws IOException if a file cannot be created, or the log exists already
     */
    public static FileSegment create(PartitionDirectory directory, long base, Runnable afterLog) throws IOException {
        createFiles(directory, base, afterLog);
        return planned(directory, base);
    }

    /**
     * @param base the segment's base offset
     * @return an empty segment whose files {@link #createFiles} creates before anything is written to it
     */
    public static FileSegment planned(PartitionDirectory directory, long base) {
        return FileSegment.created(directory, base);
    }

    /** As {@link #create}, for a segment that was {@link #planned}. */
    public static void createFiles(PartitionDirectory directory, long base, Runnable afterLog) throws IOException {
        Path log = directory.file(base, FileNames.LOG);
        if (!Disk.create(log)) {
            throw new FileAlreadyExistsException(log.toString());
        }
        try {
            afterLog.run();
            createIndexes(directory, base);
        } catch (IOException e) { // otherwise the file would be in the way of the next try
            Disk.discard(directory.file(base, FileNames.TIME_INDEX), e);
            Disk.discard(directory.file(base, FileNames.INDEX), e);
            Disk.discard(log, e);
            throw e;
        }
    }

    /**
     * Creates empty index files, in place of any that exist.
     *
     * @param base the segment's base offset
     * @throws IOException if one of them cannot be created
     */
    public static void createIndexes(PartitionDirectory directory, long base) throws IOException {
        for (String suffix : new String[] {FileNames.INDEX, FileNames.TIME_INDEX}) {
            Path file = directory.file(base, suffix);
            if (!Disk.create(file)) {
                Disk.write(file, ByteBuffer.allocate(0), false);
            }
        }
    }
}
