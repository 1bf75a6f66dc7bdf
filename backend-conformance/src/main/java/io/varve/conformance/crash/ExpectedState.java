// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a partition holds after some operation, and how much of that a crash may take.
 *
 * @param exists false before its creation and after its deletion
 * @param start first offset; a crash may bring it back, down to {@code durableStart}
 * @param end readable end; a crash may cut it, down to {@code durable}
 * @param durable what is known to survive ends at least here
 * @param durableStart lowest start a crash may bring back
 * @param batches everything in it, also below a start that is not durable
 */
record ExpectedState(
        boolean exists, long start, long end, long durable, long durableStart, List<WorkloadBatch> batches) {
    static final ExpectedState ABSENT = new ExpectedState(false, 0, 0, 0, 0, List.of());
    static final ExpectedState EMPTY = new ExpectedState(true, 0, 0, 0, 0, List.of());

    ExpectedState after(WorkloadOperation operation) {
        if (operation instanceof WorkloadOperation.Create) {
            return EMPTY;
        } else if (operation instanceof WorkloadOperation.Delete) {
            return ABSENT;
        } else if (operation instanceof WorkloadOperation.Append append) {
            List<WorkloadBatch> more = new ArrayList<>(batches);
            more.addAll(append.batches());
            return new ExpectedState(true, start, more.get(more.size() - 1).next(), durable, durableStart, more);
        } else if (operation instanceof WorkloadOperation.Trim trim) {
            long from = Math.max(start, trim.start());
            return new ExpectedState(true, from, Math.max(end, from), durable, durableStart, batches);
        } else if (operation instanceof WorkloadOperation.Truncate truncate) {
            return truncated(truncate.end());
        } else if (operation instanceof WorkloadOperation.Replace replace) {
            Set<Long> kept = Set.copyOf(replace.kept());
            List<WorkloadBatch> left = batches.stream()
                    .filter(batch -> batch.base() < replace.base()
                            || batch.base() >= replace.end()
                            || kept.contains(batch.base()))
                    .toList();
            long replaced = left.stream()
                    .filter(batch -> batch.base() >= replace.base() && batch.base() < replace.end())
                    .mapToLong(WorkloadBatch::next)
                    .max()
                    .orElse(0);
            return new ExpectedState(true, start, end, Math.max(durable, replaced), durableStart, left);
        }
        return this;
    }

    private ExpectedState truncated(long to) {
        if (to >= end) {
            return this;
        }
        List<WorkloadBatch> kept =
                batches.stream().filter(batch -> batch.next() <= to).toList();
        long last = kept.isEmpty() ? -1 : kept.get(kept.size() - 1).next();
        long cut = last > start ? last : Math.min(start, to);
        return new ExpectedState(
                true, Math.min(start, cut), cut, Math.min(durable, cut), Math.min(durableStart, cut), kept);
    }

    /**
     * @return this, after a sync that covers what is below {@code bound} and trims up to {@code startBound}
     */
    ExpectedState synced(long bound, long startBound) {
        if (!exists) {
            return this;
        }
        long from = Math.max(durableStart, Math.min(startBound, start));
        List<WorkloadBatch> left =
                batches.stream().filter(batch -> batch.next() > from).toList();
        return new ExpectedState(true, start, end, Math.max(durable, Math.min(bound, end)), from, left);
    }

    /** @return what is wrong if this was the state the crash met, or null if nothing is */
    String contradiction(RecoveredPartition found, Set<Long> ends) {
        if (!exists || found == null) {
            return exists == (found != null) ? null : exists ? "it is gone" : "it should not exist";
        }
        if (found.start() < durableStart || found.start() > start) {
            return "starts at " + found.start() + ", must be from " + durableStart + " to " + start;
        }
        if (found.end() < durable) {
            return "ends at " + found.end() + ", but was durable up to " + durable;
        }
        if (found.end() > end) {
            return "ends at " + found.end() + ", but never reached beyond " + end;
        }
        if (found.end() != found.start() && found.end() != end && !ends.contains(found.end())) {
            return "ends at " + found.end() + ", where no batch ended";
        }
        List<WorkloadBatch> expected = batches.stream()
                .filter(batch -> batch.next() > found.start() && batch.next() <= found.end())
                .toList();
        return difference(expected, found.batches());
    }

    private static String difference(List<WorkloadBatch> expected, List<WorkloadBatch> found) {
        for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
            WorkloadBatch one = i < expected.size() ? expected.get(i) : null;
            WorkloadBatch other = i < found.size() ? found.get(i) : null;
            if (one == null || !one.equals(other)) {
                return "batch " + i + " is " + (other == null ? "missing" : other) + ", must be "
                        + (one == null ? "none" : one);
            }
        }
        return null;
    }
}
