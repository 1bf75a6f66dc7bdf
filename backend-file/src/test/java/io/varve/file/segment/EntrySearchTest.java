// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EntrySearchTest {
    private static final int WINDOW = 128;

    private int reads;

    private int floor(long[] values, long target, int nearby) {
        reads = 0;
        EntrySearch search = new EntrySearch(
                (first, n) -> {
                    reads++;
                    assertTrue(n <= WINDOW && first >= 0 && first + n <= values.length, first + ", " + n);
                    ByteBuffer read = ByteBuffer.allocate(n * Long.BYTES);
                    read.asLongBuffer().put(values, first, n);
                    return read;
                },
                Long.BYTES,
                WINDOW);
        return search.floor(ByteBuffer::getLong, target, values.length, nearby);
    }

    private static int expected(long[] values, long target) {
        int at = Arrays.binarySearch(values, target);
        return at >= 0 ? at : -at - 2;
    }

    private static long[] ascending(Random random, int count, int maxStep) {
        long[] values = new long[count];
        long value = random.nextInt(1000);
        for (int i = 0; i < count; i++) {
            values[i] = value;
            value += 1 + (long) (random.nextInt(maxStep) * Math.pow(random.nextDouble(), 20));
        }
        return values;
    }

    @Test
    void findsWhatABinarySearchFindsWhereverItBegins() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            long[] values = ascending(random, random.nextInt(3000), 1 + random.nextInt(1_000_000));
            long end = values.length == 0 ? 10 : values[values.length - 1] + 10;
            for (int i = 0; i < 50; i++) {
                long target = random.nextInt(4) == 0 && values.length > 0
                        ? values[random.nextInt(values.length)]
                        : random.nextLong(end) - 1;
                int nearby = random.nextInt(5000) - 1000;
                assertEquals(
                        expected(values, target),
                        floor(values, target, nearby),
                        "seed " + seed + ", target " + target + ", nearby " + nearby);
            }
        }
    }

    @Test
    void readsOnceWhenTheEntryIsNearby() {
        long[] values = ascending(new Random(1), 100_000, 20_000);
        for (int i = 1000; i < 90_000; i += 997) {
            assertEquals(i, floor(values, values[i], i - WINDOW / 2));
            assertEquals(1, reads, "entry " + i);
        }
    }

    @Test
    void readsTwiceWhenEntriesAreAtEvenDistances() {
        long[] values = new long[100_000];
        Arrays.setAll(values, i -> 16_384L * i);
        for (int i = 1000; i < 99_000; i += 997) {
            assertEquals(i, floor(values, values[i] + 5, 99_000 - i));
            assertTrue(reads <= 2, reads + " reads for entry " + i);
        }
    }

    @Test
    void readsFewWindowsHoweverUnevenTheEntriesAre() {
        long[] values = new long[1 << 20];
        Arrays.setAll(values, i -> i < 1 << 19 ? i : (1L << 40) + ((long) (i - (1 << 19)) << 20));
        for (long target : new long[] {3, 1 << 18, (1 << 19) + 7, 1L << 39, 1L << 41, Long.MAX_VALUE}) {
            assertEquals(expected(values, target), floor(values, target, 12_345));
            assertTrue(reads <= 28, reads + " reads for " + target);
        }
    }

    @Test
    void endsOnEntriesThatAreNotInOrder() {
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            long[] values = random.longs(2000, 0, 100).toArray();
            int found = floor(values, random.nextLong(100), random.nextInt(2000));
            assertTrue(found >= -1 && found < values.length, "found " + found);
        }
    }
}
