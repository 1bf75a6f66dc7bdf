// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Scheduler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Holds everything that a backend gets from outside. A backend reads its properties once, in
 * {@link StorageProvider#open}, into a typed record of its own.
 *
 * @param directories the data directories, at least one; created if absent
 * @param properties configuration by key; keys the backend does not know are ignored
 * @param clock the only source of time
 * @param scheduler the only source of background work
 * @param ids the only source of randomness: ids that no other process makes
 * @param failPoints named places where tests make the backend die; hit one at each durability boundary, among
 *     them {@code NAME.sync.before-force} with the backend's name, where an
 *     {@link java.io.UncheckedIOException} stands for an error of the device in a sync
 * @param metrics takes what the engine and the storage measure
 */
public record StorageContext(
        List<Path> directories,
        Map<String, String> properties,
        Clock clock,
        Scheduler scheduler,
        Ids ids,
        FailPoints failPoints,
        Metrics metrics) {
    /** @throws StorageException MISUSE if there is no directory */
    public StorageContext {
        directories = List.copyOf(directories);
        properties = Map.copyOf(properties);
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(scheduler, "scheduler");
        Objects.requireNonNull(ids, "ids");
        Objects.requireNonNull(failPoints, "failPoints");
        Objects.requireNonNull(metrics, "metrics");
        if (directories.isEmpty()) {
            throw new StorageException(StorageException.Kind.MISUSE, "no data directory given: log.dirs is empty");
        }
    }

    /**
     * Makes a context in which nothing is measured.
     *
     * @param directories the data directories, at least one
     * @param properties configuration by key
     * @param clock the only source of time
     * @param scheduler the only source of background work
     * @param ids the only source of randomness
     * @param failPoints named places where tests make the backend die
     */
    public StorageContext(
            List<Path> directories,
            Map<String, String> properties,
            Clock clock,
            Scheduler scheduler,
            Ids ids,
            FailPoints failPoints) {
        this(directories, properties, clock, scheduler, ids, failPoints, Metrics.NONE);
    }
}
