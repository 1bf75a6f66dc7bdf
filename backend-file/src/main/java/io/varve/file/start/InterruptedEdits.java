// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.FilePartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes the edits that a crash has interrupted in a partition's directory: completes a replacement or an
 * emptying that has passed its commit point, and deletes the files of other edits.
 */
final class InterruptedEdits {
    private static final Logger LOG = LoggerFactory.getLogger(InterruptedEdits.class);

    private final FilePartition partition;
    private final PartitionReceipt receipt;
    private final Path directory;
    private final Set<String> names = new TreeSet<>();
    private boolean changed;

    InterruptedEdits(FilePartition partition, PartitionReceipt receipt) {
        this.partition = partition;
        this.receipt = receipt;
        this.directory = partition.path();
    }

    /**
     * Finishes the edits.
     *
     * @return the names of the files that remain; the caller may change the set
     */
    Set<String> finish() throws IOException {
        Set<String> swaps = new TreeSet<>();
        String emptied = null;
        for (String name : Disk.list(directory)) {
            if (name.endsWith(FileNames.DELETED)
                    || name.endsWith(FileNames.CLEANED)
                    || name.endsWith(FileNames.TEMPORARY)) {
                Files.delete(directory.resolve(name));
                changed = true;
            } else if (FileNames.swapRange(name) != null) {
                swaps.add(name);
            } else if (FileNames.offset(name, FileNames.EMPTIED) >= 0) {
                emptied = name;
            } else {
                names.add(name);
                if (!FileNames.isKnown(name)) {
                    LOG.warn("{} is no file of a partition: leaving it alone", directory.resolve(name));
                }
            }
        }
        for (String swap : swaps) {
            finishReplacement(swap);
        }
        if (emptied != null) {
            finishEmptying(emptied);
        }
        return names;
    }

    /** @return true if names in the directory have changed, so that it must be forced */
    boolean hasChanged() {
        return changed;
    }

    private void finishReplacement(String swap) throws IOException {
        FileNames.Range range = FileNames.swapRange(swap);
        LOG.info("{}: finishing the replacement of segments {} to {}", directory, range.base(), range.end());
        deleteSegments(range);
        String log = FileNames.name(range.base(), FileNames.LOG);
        Disk.rename(directory.resolve(swap), directory.resolve(log));
        names.add(log);
        changed = true;
    }

    private void finishEmptying(String mark) throws IOException {
        long offset = FileNames.offset(mark, FileNames.EMPTIED);
        deleteSegments(new FileNames.Range(0, Long.MAX_VALUE));
        partition.durability().beginsAnew(offset);
        partition.dataDirectory().writeCheckpoints(); // which now have the mark's offset
        Files.delete(directory.resolve(mark));
        changed = true;
        receipt.completed("emptying it at offset " + offset + " was under way: completed");
    }

    /** Deletes the files of the segments whose base offset is in the range. */
    private void deleteSegments(FileNames.Range range) throws IOException {
        for (String name : List.copyOf(names)) {
            for (String suffix : new String[] {FileNames.LOG, FileNames.INDEX, FileNames.TIME_INDEX}) {
                long base = FileNames.offset(name, suffix);
                if (base >= range.base() && base < range.end()) {
                    Files.delete(directory.resolve(name));
                    names.remove(name);
                }
            }
        }
    }
}
