// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystemException;

/**
 * Tells how many files this process may have open at a time, and whether a failure means that it has them all
 * open.
 */
public final class DescriptorLimit {
    /** What the JVM and this project's other parts keep open at most, roughly. */
    private static final long OTHER_DESCRIPTORS = 128;

    private static final int MIN_IDLE = 8;

    /**
     * Fewer left than this, and an open of a file may have failed for want of one: others take and give back
     * meanwhile.
     */
    private static final long NEARLY_USED_UP = 16;

    private DescriptorLimit() {}

    /**
     * @return how many files this process may have open at a time ({@code ulimit -n}), or Long.MAX_VALUE when
     *     that cannot be told
     */
    public static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        && unix.getMaxFileDescriptorCount() > 0
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /**
     * @param wanted idle files to keep open at most, as configured
     * @param limit files this process may have open
     * @return how many to keep: half of what is there, for connections, and files that wait to be forced,
     *     need the rest
     */
    public static int idleFiles(int wanted, long limit) {
        long share = Math.max(MIN_IDLE, (limit - OTHER_DESCRIPTORS) / 2);
        return (int) Math.min(wanted, share);
    }

    /**
     * Tells whether an open failed for want of descriptors, the process's or the system's: it may succeed
     * later, and says nothing of the file. The system's words for it depend on the language, so the number
     * that is open counts too.
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
        } catch (InternalError e) { // it takes a descriptor to count them
            return true;
        }
    }
}
