// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Knows the names of a partition's snapshot files, so that the directory is listed once, at its opening. A
 * name may be known whose file is gone; no file is there whose name is not known. Thread-safe.
 */
public final class SnapshotFiles {
    /** Null while there are none, as in most partitions. */
    private Set<String> names;

    /** Creates the names of a partition without snapshots. */
    SnapshotFiles() {}

    /**
     * Sets the names to those of snapshots among a directory's files.
     *
     * @param files the names of all files
     */
    public synchronized void found(Collection<String> files) {
        names = null;
        for (String file : files) {
            if (FileSnapshots.isSnapshot(file)) {
                add(file);
            }
        }
    }

    /** Adds a file, before it is there. */
    synchronized void add(String file) {
        if (names == null) {
            names = new TreeSet<>();
        }
        names.add(file);
    }

    /** Removes a file that is gone. */
    synchronized void remove(String file) {
        if (names != null && names.remove(file) && names.isEmpty()) {
            names = null;
        }
    }

    /** @return the names in their order, so by offset; a copy */
    synchronized List<String> all() {
        return names == null ? List.of() : List.copyOf(names);
    }
}
