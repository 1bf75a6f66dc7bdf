// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.util.Comparator;

/**
 * Identifies a blob within its partition.
 *
 * @param name the blob's name
 * @param offset the offset it is bound to
 */
record SnapshotKey(String name, long offset) implements Comparable<SnapshotKey> {
    private static final Comparator<SnapshotKey> ORDER =
            Comparator.comparing(SnapshotKey::name).thenComparingLong(SnapshotKey::offset);

    @Override
    public int compareTo(SnapshotKey other) {
        return ORDER.compare(this, other);
    }
}
