// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.spi.Segment;
import java.util.ArrayList;
import java.util.List;

/** Batches in a row: a segment. */
final class JournalSegment {
    final long base;
    final List<JournalBatch> batches = new ArrayList<>();
    /** When the last one was appended, in ms since the epoch, or -1. */
    long lastAppendMs = -1;
    /** When the first one was, or -1. */
    long firstAppendMs = -1;

    JournalSegment(long base) {
        this.base = base;
    }

    /** @return the same, without batches that reach {@code end}; itself when there are none */
    JournalSegment upTo(long end) {
        if (end() <= end) {
            return this;
        }
        JournalSegment kept = new JournalSegment(base);
        batches.stream().filter(batch -> batch.next() <= end).forEach(kept.batches::add);
        kept.lastAppendMs = kept.batches.isEmpty() ? -1 : lastAppendMs;
        kept.firstAppendMs = kept.batches.isEmpty() ? -1 : firstAppendMs;
        return kept;
    }

    long bytes() {
        return batches.stream().mapToLong(JournalBatch::size).sum();
    }

    long end() {
        return batches.isEmpty() ? base : batches.get(batches.size() - 1).next();
    }

    Segment describe(long end, boolean sealed) {
        long newest =
                batches.stream().mapToLong(JournalBatch::maxTimestamp).max().orElse(-1);
        return new Segment(base, end, bytes(), newest, lastAppendMs, sealed, Segment.Tier.LOCAL);
    }
}
