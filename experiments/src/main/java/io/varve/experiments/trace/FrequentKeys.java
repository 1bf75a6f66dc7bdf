// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the keys that come most often, in bounded memory: when there are too many keys, the median of their
 * counts is subtracted from all of them, and what is not above 0 is forgotten (Misra and Gries). Not
 * thread-safe.
 */
final class FrequentKeys {
    private final int capacity;
    private final Map<Long, long[]> counts = new HashMap<>();
    private long subtracted;

    /** @param capacity keys that are counted at a time, at least 2 */
    FrequentKeys(int capacity) {
        this.capacity = capacity;
    }

    void add(long key) {
        counts.computeIfAbsent(key, added -> new long[1])[0]++;
        if (counts.size() > capacity) {
            shrink();
        }
    }

    private void shrink() {
        long[] sorted = counts.values().stream().mapToLong(count -> count[0]).toArray();
        Arrays.sort(sorted);
        long median = sorted[sorted.length / 2];
        subtracted += median;
        counts.values().forEach(count -> count[0] -= median);
        counts.values().removeIf(count -> count[0] <= 0);
    }

    /** @return by how much a count may be too large, at most */
    long error() {
        return subtracted;
    }

    /**
     * Counts what was subtracted, which a frequent key has lost each time.
     *
     * @param min counts below are left out
     * @param limit number of keys
     * @return the largest counts, the largest first
     */
    List<Long> largest(long min, int limit) {
        return counts.values().stream()
                .map(count -> count[0] + subtracted)
                .filter(count -> count >= min)
                .sorted(Comparator.reverseOrder())
                .limit(limit)
                .toList();
    }
}
