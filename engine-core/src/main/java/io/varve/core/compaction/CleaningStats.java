// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

/** Collects the counts of one cleaning. Not thread-safe. */
final class CleaningStats {
    private long bytesRead;
    private long bytesWritten;
    private long records;
    private long dropped;
    private long keyless;
    private long unreadable;

    void read(int bytes) {
        bytesRead += bytes;
    }

    void written(int bytes) {
        bytesWritten += bytes;
    }

    void met(int count) {
        records += count;
    }

    void dropped(int count) {
        dropped += count;
    }

    void unreadable() {
        unreadable++;
    }

    void keyless() {
        keyless++;
    }

    CleaningResult result(long cleanedTo) {
        return new CleaningResult(cleanedTo, bytesRead, bytesWritten, records, dropped, keyless, unreadable);
    }
}
