// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.util.Set;
import java.util.UUID;

/** Builds and parses the names of files and directories: Kafka's names. Stateless. */
public final class FileNames {
    /** Suffix of a segment's log: its batches. */
    public static final String LOG = ".log";
    /** Suffix of a segment's offset index. */
    public static final String INDEX = ".index";
    /** Suffix of a segment's time index. */
    public static final String TIME_INDEX = ".timeindex";
    /** Suffix of a file that is out of use, and is deleted later. */
    public static final String DELETED = ".deleted";
    /** Suffix of compacted batches that are being written. */
    public static final String CLEANED = ".cleaned";
    /** Suffix of compacted batches that are to replace segments: the replacement is committed. */
    public static final String SWAP = ".swap";
    /** Suffix of a file that is being written, and is then renamed over another. */
    public static final String TEMPORARY = ".tmp";
    /** Suffix of a file that a start has set aside, because it is no part of the log. */
    public static final String STRAY = ".stray";
    /** Suffix of the mark that a partition is being emptied. */
    public static final String EMPTIED = ".emptied";
    /** Suffix of a producer snapshot in Kafka's format. */
    public static final String KAFKA_SNAPSHOT = ".snapshot";
    /** Suffix of any other snapshot. */
    public static final String SNAPSHOT = "-snapshot";
    /** Suffix of an index of aborted transactions. */
    public static final String TRANSACTION_INDEX = ".txnindex";
    /** The file with the topic id, in each partition's directory. */
    public static final String METADATA = "partition.metadata";
    /** The marker of a clean shutdown, in the data directory. */
    public static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    /** The checkpoint of durable ends, in the data directory. */
    public static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    /** The checkpoint of log starts, in the data directory. */
    public static final String START_OFFSETS = "log-start-offset-checkpoint";
    /** The ring that takes small commits, in the data directory. */
    public static final String RING = ".ring";
    /** The list of new partitions, in the data directory. */
    public static final String CREATIONS = ".creations";
    /** Suffix of a deleted partition's directory. */
    public static final String DELETED_DIRECTORY = "-delete";
    /** Suffix of the directory of a partition that no topic has. */
    public static final String STRAY_DIRECTORY = "-stray";

    /** A file of Kafka's own directories, which Varve does not need. */
    private static final String LEADER_EPOCHS = "leader-epoch-checkpoint";

    private static final Set<String> SUFFIXES =
            Set.of(LOG, INDEX, TIME_INDEX, TRANSACTION_INDEX, KAFKA_SNAPSHOT, SNAPSHOT);
    private static final int DIGITS = 20;
    private static final String ZEROS = "0".repeat(DIGITS);
    private static final int SWAP_NAME = 2 * DIGITS + 1 + LOG.length() + SWAP.length();
    private static final int LONGEST_NAME = 255;

    private FileNames() {}

    /** @return the offset as 20 digits followed by the suffix */
    public static String name(long offset, String suffix) {
        String digits = Long.toString(offset);
        return ZEROS.substring(digits.length()) + digits + suffix;
    }

    /**
     * @return the name of compacted batches that replace the segments from {@code base} to {@code end},
     *     exclusive
     */
    public static String swapName(long base, long end) {
        return name(base, "." + name(end, LOG + SWAP));
    }

    /** @return the offset in a name of 20 digits followed by {@code suffix}, or -1 for any other name */
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

    /** @return the range in a {@link #swapName}, or null for any other name */
    public static Range swapRange(String name) {
        if (name.length() != SWAP_NAME || !name.endsWith(LOG + SWAP) || name.charAt(DIGITS) != '.') {
            return null;
        }
        long base = digits(name, 0);
        long end = digits(name, DIGITS + 1);
        return base < 0 || end < base ? null : new Range(base, end);
    }

    /** @return true if the name belongs to a file that an unfinished edit has left */
    public static boolean isUnfinished(String name) {
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

    /** @return true for the names of files that are made anew from others where they are missing */
    public static boolean isRebuilt(String name) {
        return !name.endsWith(LOG) && !name.equals(METADATA) && isKnown(name)
                || name.equals(RECOVERY_POINTS)
                || name.equals(START_OFFSETS);
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

    /**
     * @return the directory name of a partition that is out of use:
     *     {@code <topic>-<partition>.<unique><suffix>}; the topic is shortened to what file systems allow
     */
    public static String outOfUseDirectory(String topic, int partition, UUID unique, String suffix) {
        String ending = "-" + partition + "." + unique.toString().replace("-", "") + suffix;
        return topic.substring(0, Math.min(topic.length(), LONGEST_NAME - ending.length())) + ending;
    }
}
