// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import com.sun.management.UnixOperatingSystemMXBean;
import io.varve.conformance.rig.StorageRig;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts what must be given back: open files, threads, direct and mapped memory, and the resources the rig
 * names.
 *
 * @param counts how many, by name
 */
record ResourceCounts(Map<String, Long> counts) {
    /** Collections after which what is still there stays. */
    private static final int COLLECTIONS = 5;

    private static final long MOST_MS_FOR_ONE = 2000;

    private static final String FILES = "open files";
    private static final String THREADS = "threads";

    /** @return what is taken when what others have left to the collector is gone */
    static ResourceCounts settled(StorageRig rig) {
        collect();
        return now(rig);
    }

    /**
     * Memory outside the heap is freed after a collection, on another thread: waits for what an earlier one
     * has found.
     */
    private static void collect() {
        ReferenceQueue<Object> found = new ReferenceQueue<>();
        try {
            for (int i = 0; i < 2; i++) {
                PhantomReference<Object> garbage = new PhantomReference<>(new Object(), found);
                System.gc();
                found.remove(MOST_MS_FOR_ONE);
                garbage.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ResourceCounts now(StorageRig rig) {
        Map<String, Long> counts = new TreeMap<>(rig.held());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            counts.put(FILES, system.getOpenFileDescriptorCount());
        }
        counts.put(THREADS, (long) ManagementFactory.getThreadMXBean().getThreadCount());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            counts.put(pool.getName() + " memory, buffers", pool.getCount());
        }
        return new ResourceCounts(counts);
    }

    /**
     * @param before an earlier moment
     * @param tolerance growth that may have another reason: the machine opens files, too
     * @return what has grown by more, with its growth; empty if all is well
     */
    private Map<String, Long> grownSince(ResourceCounts before, long tolerance) {
        return counts.entrySet().stream()
                .map(now -> Map.entry(now.getKey(), now.getValue() - before.counts.getOrDefault(now.getKey(), 0L)))
                .filter(growth -> growth.getValue() > tolerance)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum, TreeMap::new));
    }

    /**
     * What has grown for good. Files and the rig's counts are looked at first, at once: a backend must give
     * them back itself. For memory and threads the collector gets its chances.
     */
    static Map<String, Long> leakedSince(ResourceCounts before, StorageRig rig, long tolerance) {
        Map<String, Long> leaked = now(rig).grownSince(before, tolerance);
        Map<String, Long> atOnce = new TreeMap<>(leaked);
        atOnce.keySet().removeIf(name -> name.equals(THREADS) || name.contains("memory, buffers"));
        for (int i = 0; i < COLLECTIONS && atOnce.isEmpty() && !leaked.isEmpty(); i++) {
            collect();
            leaked = now(rig).grownSince(before, tolerance);
        }
        leaked.putAll(atOnce);
        return leaked;
    }
}
