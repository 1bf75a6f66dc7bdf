// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import java.io.File;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the state of the process and of its disks, from the JVM's beans. Thread-safe. */
public final class MachineReadings implements Consumer<Readings> {
    private static final Logger LOG = LoggerFactory.getLogger(MachineReadings.class);

    private static final Metric BUILD =
            Metric.gauge("varve_build", "Always 1; its labels say what runs.", "version", "backend", "jdk");
    private static final Metric STARTED =
            Metric.gauge("varve_process_start_time_seconds", "When the process was started, in s since the epoch.");
    private static final Metric CPU =
            Metric.counter("varve_process_cpu_seconds_total", "CPU time of the process, of all threads.");
    private static final Metric FILES = Metric.gauge("varve_process_open_files", "Open file descriptors.");
    private static final Metric MAX_FILES =
            Metric.gauge("varve_process_max_files", "Most file descriptors that the process may open.");
    private static final Metric MEMORY = Metric.gauge(
            "varve_jvm_memory_bytes",
            "Memory in use: heap, nonheap (classes, code), direct and mapped buffers.",
            "area");
    private static final Metric MAX_HEAP = Metric.gauge("varve_jvm_heap_max_bytes", "Most that the heap may take.");
    private static final Metric GC_SECONDS =
            Metric.counter("varve_jvm_gc_seconds_total", "Time in collections of garbage.", "gc");
    private static final Metric GCS = Metric.counter("varve_jvm_gc_collections_total", "Collections of garbage.", "gc");
    private static final Metric THREADS = Metric.gauge("varve_jvm_threads", "Threads.");
    private static final Metric DISK_FREE = Metric.gauge(
            "varve_disk_free_bytes", "Bytes that the file system of a data directory still takes.", "directory");
    private static final Metric DISK_SIZE =
            Metric.gauge("varve_disk_size_bytes", "Size of the file system of a data directory.", "directory");

    private final String version;
    private final String backend;
    private final List<Path> directories;

    /**
     * @param version of the server
     * @param backend {@code storage.backend}
     * @param directories the data directories
     */
    public MachineReadings(String version, String backend, List<Path> directories) {
        this.version = version;
        this.backend = backend;
        this.directories = List.copyOf(directories);
    }

    /** @return what is read */
    public static List<Metric> metrics() {
        return List.of(
                BUILD,
                STARTED,
                CPU,
                FILES,
                MAX_FILES,
                MEMORY,
                MAX_HEAP,
                GC_SECONDS,
                GCS,
                THREADS,
                DISK_FREE,
                DISK_SIZE);
    }

    @Override
    public void accept(Readings readings) {
        readings.add(BUILD, 1, version, backend, Runtime.version().toString());
        readings.add(STARTED, ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        readings.add(THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            readings.add(CPU, system.getProcessCpuTime() / 1e9);
            readings.add(FILES, system.getOpenFileDescriptorCount());
            readings.add(MAX_FILES, system.getMaxFileDescriptorCount());
        }
        memory(readings);
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            readings.add(GC_SECONDS, Math.max(0, collector.getCollectionTime()) / 1e3, collector.getName());
            readings.add(GCS, Math.max(0, collector.getCollectionCount()), collector.getName());
        }
        directories.forEach(directory -> disk(readings, directory));
    }

    private static void memory(Readings readings) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        readings.add(MEMORY, heap.getUsed(), "heap");
        readings.add(MAX_HEAP, heap.getMax());
        readings.add(
                MEMORY,
                ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed(),
                "nonheap");
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct") || pool.getName().equals("mapped")) {
                readings.add(MEMORY, pool.getMemoryUsed(), pool.getName());
            }
        }
    }

    private static void disk(Readings readings, Path directory) {
        File of = directory.toFile();
        long size = of.getTotalSpace();
        if (size > 0) { // a storage in memory makes none; of a lost one its partitions tell
            readings.add(DISK_FREE, of.getUsableSpace(), directory.toString());
            readings.add(DISK_SIZE, size, directory.toString());
        }
    }
}
