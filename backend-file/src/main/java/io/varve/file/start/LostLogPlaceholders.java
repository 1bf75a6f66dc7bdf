// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Puts empty log files in the place of those that are lost between others, so that reads of their offsets
 * fail instead of leading past them. A log file is created before its indexes, and deleted after them: an
 * index with entries and without a log tells of a lost one. At either end of a partition the log's start and
 * the durable end tell as much.
 */
final class LostLogPlaceholders {
    private LostLogPlaceholders() {}

    /**
     * @param directory a partition's
     * @param names its files; takes in those that are made
     * @return the log files that were not there, and are now, empty
     */
    static List<Path> create(Path directory, Set<String> names) throws IOException {
        TreeSet<Long> logs = new TreeSet<>();
        TreeSet<Long> indexed = new TreeSet<>();
        for (String name : names) {
            long log = FileNames.offset(name, FileNames.LOG);
            long index =
                    Math.max(FileNames.offset(name, FileNames.INDEX), FileNames.offset(name, FileNames.TIME_INDEX));
            if (log >= 0) {
                logs.add(log);
            } else if (index >= 0 && Files.size(directory.resolve(name)) > 0) {
                indexed.add(index);
            }
        }
        List<Path> lost = new ArrayList<>();
        for (long base : indexed) {
            if (!logs.contains(base) && logs.lower(base) != null && logs.higher(base) != null) {
                String log = FileNames.name(base, FileNames.LOG);
                lost.add(Files.createFile(directory.resolve(log)));
                names.add(log);
            }
        }
        return lost;
    }
}
