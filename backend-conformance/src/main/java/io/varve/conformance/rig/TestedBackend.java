// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A backend that keeps its data in a directory, named so that another process can open it too.
 *
 * @param provider the backend; its class has a public constructor without parameters
 * @param properties configuration it gets, beside the kit's own
 * @param classPath where another process finds it, in addition to this one's class path
 * @param places keys of properties that say where a storage is beside its directories, such as a prefix in a
 *     bucket: {@link #elsewhere} appends to their values
 */
public record TestedBackend(
        StorageProvider provider, Map<String, String> properties, List<Path> classPath, Set<String> places) {
    /**
     * What the kit sets, so that background work happens within a test's time; the backend's properties win.
     */
    private static final Map<String, String> HASTE = Map.of("log.flush.offset.checkpoint.interval.ms", "50");

    private static final AtomicLong NUMBER = new AtomicLong();

    /** Copies the collections. */
    public TestedBackend {
        properties = Map.copyOf(properties);
        classPath = List.copyOf(classPath);
        places = Set.copyOf(places);
    }

    /** A backend that keeps everything in its directories. */
    public TestedBackend(StorageProvider provider, Map<String, String> properties, List<Path> classPath) {
        this(provider, properties, classPath, Set.of());
    }

    /** @return the same for a new, empty storage: what it keeps beside its directories is in a new place */
    public TestedBackend elsewhere() {
        if (places.isEmpty()) {
            return this;
        }
        String suffix = "/" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        Map<String, String> moved = new HashMap<>(properties);
        places.forEach(key -> moved.merge(key, suffix, String::concat));
        return new TestedBackend(provider, moved, classPath, places);
    }

    /** @return the subject on this process's class path, with no configuration of its own */
    public static TestedBackend of(StorageProvider provider) {
        return new TestedBackend(provider, Map.of(), List.of());
    }

    /** @return the subject of a rig; where there is none, the test that asks is skipped */
    public static TestedBackend assumed(Supplier<StorageRig> rigs) {
        try (StorageRig rig = rigs.get()) {
            assumeTrue(rig.subject().isPresent(), "what this backend stores ends with its process");
            return rig.subject().get().elsewhere();
        }
    }

    /**
     * Opens the storage, which recovers what it finds.
     *
     * @param directory where the data is; created when absent
     * @param scheduler does the storage's background work; the caller closes it after the storage
     * @param failPoints the storage's
     * @return the open storage
     */
    public Storage open(Path directory, Scheduler scheduler, FailPoints failPoints) {
        return open(List.of(directory), scheduler, failPoints);
    }

    /** As {@link #open(Path, Scheduler, FailPoints)}, in several directories. */
    public Storage open(List<Path> directories, Scheduler scheduler, FailPoints failPoints) {
        Map<String, String> all = new HashMap<>(HASTE);
        all.putAll(properties);
        return provider.open(new StorageContext(directories, all, Clock.system(), scheduler, Ids.random(), failPoints));
    }
}
