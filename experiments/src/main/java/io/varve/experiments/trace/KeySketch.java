// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import com.dynatrace.hash4j.distinctcount.UltraLogLog;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.varve.experiments.scenario.KeySpec;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Estimates how many keys there are, and how unevenly they come. Knows keys by their hashes only, and takes
 * some 6 MB however many there are. Not thread-safe.
 */
final class KeySketch {
    private static final Hasher64 HASHER = Hashing.xxh3_64();
    /** Distinct keys are counted to 0.6 %. */
    private static final int PRECISION = 14;

    private static final int FREQUENT = 1 << 16;
    /** A count below says little about how often its key comes. */
    private static final long MIN_COUNT = 30;

    private static final int MAX_RANKS = 1000;

    private final UltraLogLog distinct = UltraLogLog.create(PRECISION);
    private final FrequentKeys frequent = new FrequentKeys(FREQUENT);
    private byte[] copy = new byte[128];
    private long records;

    void add(ByteBuffer key) {
        int length = key.remaining();
        if (copy.length < length) {
            copy = new byte[2 * length];
        }
        key.get(key.position(), copy, 0, length);
        long hash = HASHER.hashBytesToLong(copy, 0, length);
        distinct.add(hash);
        frequent.add(hash);
        records++;
    }

    /** @return the keys of the whole topic, as far as what was seen tells; none without a record */
    KeySpec estimate() {
        if (records == 0) {
            return KeySpec.NONE;
        }
        long seen = Math.max(1, Math.min(records, Math.round(distinct.getDistinctCountEstimate())));
        int ranks = (int) Math.max(1, Math.min(MAX_RANKS, seen / 10));
        List<Long> largest = frequent.largest(Math.max(MIN_COUNT, 3 * frequent.error()), ranks);
        return new ZipfFit(records, seen)
                .fit(largest.stream().mapToLong(Long::longValue).sum(), largest.size());
    }
}
