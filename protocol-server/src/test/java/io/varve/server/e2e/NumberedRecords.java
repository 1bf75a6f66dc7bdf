// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.util.SplittableRandom;

/**
 * Makes the records of numbered streams, one in each partition: what the n-th one holds follows from a seed,
 * so that every byte can be checked without being remembered.
 *
 * @param topic whose partitions have nothing else: the n-th record has offset n
 * @param partitions their number
 */
record NumberedRecords(String topic, int partitions, long seed) {
    private static final int MAX_FILL = 1_200;
    private static final int FIRST_CHAR = 33;
    private static final int CHARS = 90;

    /** @return a record's value: its partition, its number, and characters that compress badly */
    String value(int partition, long number) {
        SplittableRandom random = new SplittableRandom(seed * 31 + partition + (number << 8));
        StringBuilder value =
                new StringBuilder().append(partition).append(' ').append(number).append(' ');
        for (int left = random.nextInt(MAX_FILL); left > 0; left--) {
            value.append((char) (FIRST_CHAR + random.nextInt(CHARS)));
        }
        return value.toString();
    }
}
