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
record State(boolean exists, long start, long end, long durable, long durableStart, List<Written> batches) {
    static final State ABSENT = new State(false, 0, 0, 0, 0, List.of());
    static final State EMPTY = new State(true, 0, 0, 0, 0, List.of());

    State after(Operation operation) {
        if (operation instanceof Operation.Create) {
            return EMPTY;
        } else if (operation instanceof Operation.Delete) {
            return ABSENT;
        } else if (operation instanceof Operation.Append append) {
            List<Written> more = new ArrayList<>(batches);
            more.addAll(append.batches());
            return new State(true, start, more.get(more.size() - 1).next(), durable, durableStart, more);
        } else if (operation instanceof Operation.Trim trim) {
            long from = Math.max(start, trim.start());
            return new State(true, from, Math.max(end, from), durable, durableStart, batches);
        } else if (operation instanceof Operation.Truncate truncate) {
            return truncated(truncate.end());
        } else if (operation instanceof Operation.Replace replace) {
            Set<Long> kept = Set.copyOf(replace.kept());
            List<Written> left = batches.stream()
                    .filter(batch -> batch.base() < replace.base()
                            || batch.base() >= replace.end()
                            || kept.contains(batch.base()))
                    .toList();
            long replaced = left.stream()
                    .filter(batch -> batch.base() >= replace.base() && batch.base() < replace.end())
                    .mapToLong(Written::next)
                    .max()
                    .orElse(0);
            return new State(true, start, end, Math.max(durable, replaced), durableStart, left);
        }
        return this;
    }

    private State truncated(long to) {
        if (to >= end) {
            return this;
        }
        List<Written> kept =
                batches.stream().filter(batch -> batch.next() <= to).toList();
        long last = kept.isEmpty() ? -1 : kept.get(kept.size() - 1).next();
        long cut = last > start ? last : Math.min(start, to);
        return new State(true, Math.min(start, cut), cut, Math.min(durable, cut), Math.min(durableStart, cut), kept);
    }

    /** @return this, after a sync that covers what is below {@code bound} and trims up to {@code startBound} */
    State synced(long bound, long startBound) {
        if (!exists) {
            return this;
        }
        long from = Math.max(durableStart, Math.min(startBound, start));
        List<Written> left =
                batches.stream().filter(batch -> batch.next() > from).toList();
        return new State(true, start, end, Math.max(durable, Math.min(bound, end)), from, left);
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
        List<Written> expected = batches.stream()
                .filter(batch -> batch.next() > found.start() && batch.next() <= found.end())
                .toList();
        return difference(expected, found.batches());
    }

    private static String difference(List<Written> expected, List<Written> found) {
        for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
            Written one = i < expected.size() ? expected.get(i) : null;
            Written other = i < found.size() ? found.get(i) : null;
            if (one == null || !one.equals(other)) {
                return "batch " + i + " is " + (other == null ? "missing" : other) + ", must be "
                        + (one == null ? "none" : one);
            }
        }
        return null;
    }
}
