// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import java.util.ArrayDeque;

/**
 * Bounds how many idle file handles are kept: beyond the bound, files nobody uses are closed, those not used lately
 * first. Files in use, or written and not forced, stay open whatever the bound. Thread-safe.
 */
final class OpenFiles {
    private final int most;
    private final ArrayDeque<PooledFile> open = new ArrayDeque<>();

    /** @param most handles kept, at least 1 */
    OpenFiles(int most) {
        this.most = most;
    }

    /** A file was opened. Call without holding any file's monitor. */
    synchronized void opened(PooledFile file) {
        open.add(file);
        for (int looks = 2 * open.size(); open.size() > most && looks > 0; looks--) {
            PooledFile oldest = open.poll();
            if (!oldest.evict()) {
                open.add(oldest);
            }
        }
    }
}
