// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Names the files of one partition, and gives them the space and the handle limit that they share with other
 * partitions. Thread-safe. There are as many objects of this class as partitions: so each builds its path
 * when it is needed.
 */
public final class PartitionDirectory {
    private final Path parent;
    private final String name;
    private final DirectorySpace space;
    private final OpenFiles openFiles;

    /**
     * @param parent the data directory
     * @param name name of the partition's directory, {@code <topic>-<number>}
     * @param space makes space in the data directory
     * @param openFiles bounds the idle file handles of all data directories
     */
    public PartitionDirectory(Path parent, String name, DirectorySpace space, OpenFiles openFiles) {
        this.parent = parent;
        this.name = name;
        this.space = space;
        this.openFiles = openFiles;
    }

    /**
     * @return the partition's directory; another partition may have the same path once this one is deleted
     */
    public Path path() {
        return parent.resolve(name);
    }

    /** @return the path of a file in the directory, named after an offset */
    public Path file(long offset, String suffix) {
        return path().resolve(FileNames.name(offset, suffix));
    }

    /**
     * Runs a write that opens files. Where there are no descriptors left, this closes idle files and runs it
     * again, a few times.
     */
    public void withDescriptors(DirectorySpace.Write write) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                write.run();
                return;
            } catch (IOException e) {
                openFiles.closeIdleAfter(e, tries);
            }
        }
    }

    OpenFiles openFiles() {
        return openFiles;
    }

    /** As {@link DirectorySpace#withReserve(DirectorySpace.Write)}. */
    public void withReserve(DirectorySpace.Write write) throws IOException {
        space.withReserve(write);
    }

    /** As {@link DirectorySpace#withReserve(DirectorySpace.Creation)}. */
    public <T> T withReserve(DirectorySpace.Creation<T> write) throws IOException {
        return space.withReserve(write);
    }

    /** As {@link DirectorySpace#drop}. */
    public void drop(Path file, long delayMs) {
        space.drop(file, delayMs);
    }
}
