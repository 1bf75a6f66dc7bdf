// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import java.nio.ByteBuffer;

/**
 * Searches entries of one size, in ascending order, and reads a window of them at a time. It begins where the
 * caller guesses, goes on where the entries in the window suggest, and halves what is left every other time.
 * So a reader in order needs one read, entries at even distances need two, and the worst ones about twice as
 * many as a binary search.
 */
final class EntrySearch {
    /** A field of an entry. */
    @FunctionalInterface
    interface EntryField {
        /**
         * @param buffer holds the entry
         * @param at first byte of the entry
         */
        long read(ByteBuffer buffer, int at);
    }

    /** The entries. */
    @FunctionalInterface
    interface EntrySource {
        /** @return the bytes of {@code n} entries from {@code first} on; valid until the next call */
        ByteBuffer read(int first, int n);
    }

    private final EntrySource entries;
    private final int entrySize;
    private final int window;

    /**
     * @param entrySize bytes of an entry
     * @param window max number of entries to read at once, at least 1
     */
    EntrySearch(EntrySource entries, int entrySize, int window) {
        this.entries = entries;
        this.entrySize = entrySize;
        this.window = window;
    }

    /**
     * @param count number of entries
     * @param nearby entry to begin with; any value is right
     * @return the last entry whose field is at most {@code target}, or -1
     */
    int floor(EntryField field, long target, int count, int nearby) {
        int low = 0;
        int high = count; // entries below low are at most target, those from high on are above it
        long guess = nearby;
        boolean halving = true;
        while (low < high) {
            int n = Math.min(window, high - low);
            int first = (int) Math.max(low, Math.min(guess, high - n));
            ByteBuffer read = entries.read(first, n);
            long lowest = field.read(read, 0);
            long highest = field.read(read, (n - 1) * entrySize);
            if (first > low && lowest > target) {
                high = first;
            } else if (first + n < high && highest <= target) {
                low = first + n;
            } else {
                return first + floorWithin(read, n, field, target);
            }
            halving = !halving;
            double away = (n - 1) * ((double) (target - lowest) / (highest - lowest));
            guess = (halving ? low + (high - low) / 2 : first + (long) away) - window / 2;
        }
        return low - 1;
    }

    private int floorWithin(ByteBuffer read, int n, EntryField field, long target) {
        int low = 0;
        int high = n;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (field.read(read, middle * entrySize) <= target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
