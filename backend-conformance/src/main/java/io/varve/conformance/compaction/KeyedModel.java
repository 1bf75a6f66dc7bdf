// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.compaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Models a partition that nothing is ever removed from: all records appended, and the outcome of each
 * transaction.
 */
final class KeyedModel {
    /** What counts of a record. */
    enum Fate {
        COUNTS,
        OPEN,
        VOID
    }

    /** One record; a value of null makes it a tombstone. */
    static final class Written {
        final long offset;
        final String key;
        final String value;
        final long timestamp;
        Fate fate;

        Written(long offset, String key, String value, long timestamp, Fate fate) {
            this.offset = offset;
            this.key = key;
            this.value = value;
            this.timestamp = timestamp;
            this.fate = fate;
        }

        @Override
        public String toString() {
            return offset + ":" + key + "=" + value + " " + fate;
        }
    }

    private final NavigableMap<Long, Written> records = new TreeMap<>();
    private final Map<Long, List<Written>> open = new HashMap<>();

    void wrote(Written record, long producer) {
        records.put(record.offset, record);
        if (record.fate == Fate.OPEN) {
            open.computeIfAbsent(producer, unused -> new ArrayList<>()).add(record);
        }
    }

    boolean isOpen(long producer) {
        return open.containsKey(producer);
    }

    void ended(long producer, boolean commit) {
        List<Written> own = open.remove(producer);
        if (own != null) {
            own.forEach(record -> record.fate = commit ? Fate.COUNTS : Fate.VOID);
        }
    }

    /** @return the record at an offset, or null for a marker's */
    Written at(long offset) {
        return records.get(offset);
    }

    /** @return first offset of any open transaction, or {@code end} */
    long firstOpen(long end) {
        return records.values().stream()
                .filter(record -> record.fate == Fate.OPEN)
                .mapToLong(record -> record.offset)
                .findFirst()
                .orElse(end);
    }

    /** @return the newest record that counts of each key, of those in a range, tombstones among them */
    Map<String, Written> newest(long from, long to) {
        Map<String, Written> newest = new TreeMap<>();
        records.subMap(from, Math.max(from, to)).values().stream()
                .filter(record -> record.fate == Fate.COUNTS)
                .forEach(record -> newest.put(record.key, record));
        return newest;
    }
}
