// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.experiments.scenario.RecordSize;
import io.varve.experiments.scenario.RecordSize.Histogram.Bucket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Counts sizes in ranges: one for each size below 16 bytes, then four for each doubling. Not thread-safe. */
final class SizeHistogram {
    private static final int SMALL = 16;
    private static final int SMALL_BITS = 4;
    private static final int RANGES = SMALL + 4 * (Integer.SIZE - 1 - SMALL_BITS);

    private final long[] counts = new long[RANGES];
    private final int[] mins = new int[RANGES];
    private final int[] maxs = new int[RANGES];
    private long count;

    SizeHistogram() {
        Arrays.fill(mins, Integer.MAX_VALUE);
    }

    void add(int bytes) {
        int range = range(bytes);
        counts[range]++;
        count++;
        mins[range] = Math.min(mins[range], bytes);
        maxs[range] = Math.max(maxs[range], bytes);
    }

    private static int range(int bytes) {
        if (bytes < SMALL) {
            return bytes;
        }
        int exponent = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bytes);
        return SMALL + 4 * (exponent - SMALL_BITS) + (bytes >>> exponent - 2 & 3);
    }

    /** @return the sizes, each range as narrow as what it holds; of 1 byte without any */
    RecordSize spec() {
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < RANGES; i++) {
            if (counts[i] > 0) {
                buckets.add(new Bucket(mins[i], Math.max(1, maxs[i]), Rounded.digits(counts[i] / (double) count)));
            }
        }
        if (buckets.isEmpty()) {
            return new RecordSize.FixedSize(1);
        }
        boolean one =
                buckets.size() == 1 && buckets.get(0).min() == buckets.get(0).max();
        return one ? new RecordSize.FixedSize(buckets.get(0).max()) : new RecordSize.Histogram(buckets);
    }
}
