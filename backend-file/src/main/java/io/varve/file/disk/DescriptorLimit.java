// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystemException;

/**
 * Reads how many files this process may have open at a time, and tells whether an open failed because of that
 * limit.
 */
public final class DescriptorLimit {
    /** About the max number of files that the JVM and the rest of the server keep open. */
    private static final long OTHER_DESCRIPTORS = 128;

    private static final int MIN_IDLE = 8;

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
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        && unix.getMaxFileDescriptorCount() > 0
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
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
        try {
            return failure instanceof FileSystemException
                    && ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    && unix.getOpenFileDescriptorCount() > unix.getMaxFileDescriptorCount() - NEARLY_USED_UP;
        } catch (InternalError e) { // counting descriptors takes one itself
            return true;
        }
    }
}
