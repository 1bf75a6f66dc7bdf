// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Keeps the producers of a partition by id, least recently used first, up to a max number. Not thread-safe.
 */
final class KnownProducers {
    private static final int LOOKS = 16;

    private final int maxProducers;
    private Map<Long, ProducerEntry> entries = Map.of();

    KnownProducers(int maxProducers) {
        this.maxProducers = maxProducers;
    }

    /** @return the producer's entry, or null */
    ProducerEntry get(long id) {
        return entries.get(id);
    }

    /** @return the producer's entry, created when absent, with this epoch and these times */
    ProducerEntry active(long id, short epoch, long timestamp, long now) {
        if (entries.isEmpty()) {
            entries = new LinkedHashMap<>(16, 0.75f, true);
        }
        ProducerEntry entry = entries.get(id);
        if (entry == null) {
            forgetIdlest();
            entry = new ProducerEntry(epoch);
            entries.put(id, entry);
        }
        entry.active(epoch, timestamp, now);
        return entry;
    }

    /**
     * Expires the producer that has been idle longest. A producer with an open transaction stays, and counts
     * as active now.
     */
    private void forgetIdlest() {
        for (int looks = LOOKS; looks > 0 && entries.size() >= maxProducers; looks--) {
            Map.Entry<Long, ProducerEntry> oldest =
                    entries.entrySet().iterator().next();
            if (oldest.getValue().isInTransaction()) {
                entries.get(oldest.getKey()); // a look-up moves it behind all others
            } else {
                entries.remove(oldest.getKey());
            }
        }
    }

    void removeIf(Predicate<ProducerEntry> unwanted) {
        if (!entries.isEmpty()) {
            entries.values().removeIf(unwanted);
        }
    }

    /** @return the entries of all producers, by id; not a copy */
    Map<Long, ProducerEntry> all() {
        return entries;
    }
}
