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
 * Creates empty log files where logs are lost between others, so that reads of their offsets fail, and do not
 * skip them. A log is created before its indexes, and deleted after them: an index with entries, but without
 * a log, shows that the log is lost. A log that is lost at either end of a partition shows by the log start
 * offset or the durable end. Stateless.
 */
final class LostLogPlaceholders {
    private LostLogPlaceholders() {}

    /**
     * Creates the missing log files.
     *
     * @param directory a partition's directory
     * @param names its files; created files are added
     * @return the created files
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
            } else if (index >= 0) {
                indexed.add(index);
            }
        }
        List<Path> lost = new ArrayList<>();
        for (long base : indexed) {
            boolean between = logs.lower(base) != null && logs.higher(base) != null;
            if (!logs.contains(base) && between && hasEntries(directory, base, names)) {
                String log = FileNames.name(base, FileNames.LOG);
                lost.add(Files.createFile(directory.resolve(log)));
                names.add(log);
            }
        }
        return lost;
    }

    private static boolean hasEntries(Path directory, long base, Set<String> names) throws IOException {
        for (String suffix : List.of(FileNames.INDEX, FileNames.TIME_INDEX)) {
            String index = FileNames.name(base, suffix);
            if (names.contains(index) && Files.size(directory.resolve(index)) > 0) {
                return true;
            }
        }
        return false;
    }
}
