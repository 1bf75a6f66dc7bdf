// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import io.varve.core.runtime.Metric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bounds the series that topics, groups and clients can cause: the first of them have their own, all further
 * ones share one with the label {@value #OTHER}. A name keeps its own series until it is gone. Used by one
 * thread at a time.
 */
final class BoundedLabels {
    /** The label of all that have no series of their own. */
    static final String OTHER = "other";

    /** Most values of each label that clients decide on. */
    static final Map<String, Integer> MAX = Map.of("topic", 200, "group", 100, "software", 30, "version", 60);

    private final Map<String, Set<String>> own = new HashMap<>();
    private final Map<String, Set<String>> seen = new HashMap<>();
    /** What each counter was at the last read, of those that share a series, by metric and labels. */
    private Map<Metric, Map<List<String>, Double>> last = new HashMap<>();
    /** As {@link #last}, of the read in progress. */
    private Map<Metric, Map<List<String>, Double>> now = new HashMap<>();
    /** What counters that share a series have counted together, by metric and shown labels. */
    private final Map<Metric, Map<List<String>, Double>> shared = new HashMap<>();

    /** @return the labels to show: the same list if the series is not shared */
    List<String> shown(Metric metric, List<String> labels) {
        List<String> shown = labels;
        for (int i = 0; i < labels.size(); i++) {
            String label = metric.labels().get(i);
            Integer max = MAX.get(label);
            if (max != null && !isOwn(label, labels.get(i), max)) {
                shown = shown == labels ? new ArrayList<>(labels) : shown;
                shown.set(i, OTHER);
            }
        }
        return shown;
    }

    private boolean isOwn(String label, String value, int max) {
        seen.computeIfAbsent(label, first -> new HashSet<>()).add(value);
        Set<String> known = own.computeIfAbsent(label, first -> new HashSet<>());
        // A thing of the name of the shared series is part of it.
        return !value.equals(OTHER) && (known.contains(value) || known.size() < max && known.add(value));
    }

    /**
     * Adds to a shared series what a counter has counted since it was read last. The sum of the counters that
     * are left would fall when one of them is gone: a counter that falls is taken for one that begins anew.
     *
     * @return what the series has counted
     */
    double fold(Metric metric, List<String> labels, List<String> shown, double value) {
        Double before = last.getOrDefault(metric, Map.of()).get(labels);
        now.computeIfAbsent(metric, first -> new HashMap<>()).put(labels, value);
        double more = before == null || before > value ? value : value - before;
        return shared.computeIfAbsent(metric, first -> new HashMap<>()).merge(shown, more, Double::sum);
    }

    /**
     * Ends a read.
     *
     * @param complete whether everything could be read. The places of the names that were not seen are free
     *     then; otherwise names keep their places, and counters what they were
     */
    void endRead(boolean complete) {
        if (complete) {
            own.forEach((label, names) -> names.retainAll(seen.getOrDefault(label, Set.of())));
        } else {
            last.forEach(now::putIfAbsent);
        }
        seen.clear();
        last = now;
        now = new HashMap<>();
    }
}
