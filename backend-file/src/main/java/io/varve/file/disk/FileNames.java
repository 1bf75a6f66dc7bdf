// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.util.Set;
import java.util.UUID;

/** The names of files and directories: Kafka's. */
public final class FileNames {
    public static final String LOG = ".log";
    public static final String INDEX = ".index";
    public static final String TIME_INDEX = ".timeindex";
    public static final String DELETED = ".deleted";
    public static final String CLEANED = ".cleaned";
    public static final String SWAP = ".swap";
    public static final String TEMPORARY = ".tmp";
    public static final String STRAY = ".stray";
    public static final String EMPTIED = ".emptied";
    public static final String KAFKA_SNAPSHOT = ".snapshot";
    public static final String SNAPSHOT = "-snapshot";
    public static final String TRANSACTION_INDEX = ".txnindex";
    public static final String METADATA = "partition.metadata";
    public static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    public static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    public static final String START_OFFSETS = "log-start-offset-checkpoint";
    public static final String DELETED_DIRECTORY = "-delete";
    public static final String STRAY_DIRECTORY = "-stray";

    /** Kafka's, in its own directories; not needed here. */
    private static final String LEADER_EPOCHS = "leader-epoch-checkpoint";

    private static final Set<String> SUFFIXES =
            Set.of(LOG, INDEX, TIME_INDEX, TRANSACTION_INDEX, KAFKA_SNAPSHOT, SNAPSHOT);
    private static final int DIGITS = 20;
    private static final String ZEROS = "0".repeat(DIGITS);
    private static final int LONGEST_NAME = 255;

    private FileNames() {}

    /** @return the offset as 20 digits followed by the suffix */
    public static String name(long offset, String suffix) {
        String digits = Long.toString(offset);
        return ZEROS.substring(digits.length()) + digits + suffix;
    }

    /** @return the name of compacted batches that are to stand in place of the segments from {@code base} to {@code end} */
    public static String swapName(long base, long end) {
        return name(base, "." + name(end, LOG + SWAP));
    }

    /** @return the offset in a name of 20 digits followed by {@code suffix}, or -1 when the name is not such */
    public static long offset(String name, String suffix) {
        return name.length() == DIGITS + suffix.length() && name.endsWith(suffix) ? digits(name, 0) : -1;
    }

    /**
     * A range of base offsets.
     *
     * @param base the first, inclusive
     * @param end exclusive
     */
    public record Range(long base, long end) {}

    /** @return the range in a {@link #swapName}, or null when the name is not such */
    public static Range swapRange(String name) {
        if (name.length() != swapName(0, 0).length() || !name.endsWith(LOG + SWAP) || name.charAt(DIGITS) != '.') {
            return null;
        }
        long base = digits(name, 0);
        long end = digits(name, DIGITS + 1);
        return base < 0 || end < base ? null : new Range(base, end);
    }

    /** @return true for the names that say "not finished" */
    public static boolean isLeftOver(String name) {
        return name.endsWith(DELETED)
                || name.endsWith(CLEANED)
                || name.endsWith(TEMPORARY)
                || name.endsWith(SWAP)
                || name.endsWith(EMPTIED);
    }

    /** @return true for the names of files that this backend, or Kafka, keeps in a partition's directory */
    public static boolean isKnown(String name) {
        if (name.equals(METADATA) || name.equals(LEADER_EPOCHS) || name.endsWith(STRAY)) {
            return true;
        }
        int dot = name.indexOf('.');
        String suffix = dot < 0 ? "" : name.substring(dot);
        return offset(name, suffix) >= 0
                && (SUFFIXES.contains(suffix) || suffix.endsWith(SNAPSHOT) && suffix.indexOf('.', 1) < 0);
    }

    private static long digits(String name, int from) {
        for (int i = from; i < from + DIGITS; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return -1;
            }
        }
        try {
            return Long.parseLong(name, from, from + DIGITS, 10);
        } catch (NumberFormatException e) {
            return -1; // more than a long holds
        }
    }

    /** @return the directory name of a partition that is out of use: {@code <topic>-<partition>.<unique><suffix>}, cut to what file systems allow */
    public static String goneDirectory(String topic, int partition, UUID unique, String suffix) {
        String ending = "-" + partition + "." + unique.toString().replace("-", "") + suffix;
        return topic.substring(0, Math.min(topic.length(), LONGEST_NAME - ending.length())) + ending;
    }
}
