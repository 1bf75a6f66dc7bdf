// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Reads how many files this process may have open at a time, and tells whether an open failed because of that
 * limit.
 */
public final class DescriptorLimit {
    /** About the max number of files that the JVM and the rest of the server keep open. */
    private static final long OTHER_DESCRIPTORS = 128;

    private static final int MIN_IDLE = 8;
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final String OPEN_FILES = "Max open files";

    /**
     * With fewer descriptors left than this, a failed open counts as one that found none: other threads open
     * and close files meanwhile.
     */
    private static final long NEARLY_USED_UP = 16;

    private DescriptorLimit() {}

    /**
     * @return how many files this process may have open at a time ({@code ulimit -n}), or Long.MAX_VALUE when
     *     the platform does not say
     */
    public static long limit() {
        try {
            return ofProcess();
        } catch (IOException | NumberFormatException e) { // not Linux, or not as Linux writes it
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                            && unix.getMaxFileDescriptorCount() > 0
                    ? unix.getMaxFileDescriptorCount()
                    : Long.MAX_VALUE;
        }
    }

    /** Reads the limit from Linux itself: the JVM's management classes would make each start longer. */
    private static long ofProcess() throws IOException {
        for (String line : Files.readAllLines(LIMITS)) {
            if (line.startsWith(OPEN_FILES)) {
                String soft = line.substring(OPEN_FILES.length()).trim().split(" +")[0];
                return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
            }
        }
        throw new IOException("no line for open files in " + LIMITS);
    }

    /**
     * Bounds the idle files by half of the limit: connections and files that wait to be forced need the rest.
     *
     * @param wanted max idle files to keep open, as configured
     * @param limit files this process may have open
     * @return max idle files to keep open
     */
    public static int idleFiles(int wanted, long limit) {
        long share = Math.max(MIN_IDLE, (limit - OTHER_DESCRIPTORS) / 2);
        return (int) Math.min(wanted, share);
    }

    /**
     * Tells whether an open failed because there was no descriptor left, of the process or of the system.
     * Such an open may succeed later, and nothing is wrong with the file. The system's message depends on the
     * language, so the number of open files counts too.
     */
    static boolean areUsedUp(IOException failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e.getMessage() != null && e.getMessage().contains("Too many open files")) {
                return true;
            }
        }
        return failure instanceof FileSystemException && areNearlyUsedUp();
    }

    private static boolean areNearlyUsedUp() {
        if (Files.exists(DESCRIPTORS)) {
            try (Stream<Path> open = Files.list(DESCRIPTORS)) {
                return open.count() > ofProcess() - NEARLY_USED_UP;
            } catch (IOException e) { // counting descriptors takes one itself
                return true;
            }
        }
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    && unix.getOpenFileDescriptorCount() > unix.getMaxFileDescriptorCount() - NEARLY_USED_UP;
        } catch (InternalError e) { // as above
            return true;
        }
    }
}
