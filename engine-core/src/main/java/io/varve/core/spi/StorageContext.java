// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Scheduler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything a backend gets from outside. A backend reads its properties once, in
 * {@link StorageProvider#open}, into a typed record of its own.
 *
 * @param directories where to keep data, at least one; created when absent
 * @param properties configuration by key; keys the backend does not know are ignored
 * @param clock the only source of time
 * @param scheduler the only source of background work
 * @param failPoints named places where tests make the backend die; hit one at each durability boundary,
 *     among them one called {@code NAME.sync.before-force}, {@code NAME} being the backend's, where an
 *     {@link java.io.UncheckedIOException} stands for the device's own error in a sync
 */
public record StorageContext(
        List<Path> directories,
        Map<String, String> properties,
        Clock clock,
        Scheduler scheduler,
        FailPoints failPoints) {
    /** @throws StorageException MISUSE if there is no directory */
    public StorageContext {
        directories = List.copyOf(directories);
        properties = Map.copyOf(properties);
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(scheduler, "scheduler");
        Objects.requireNonNull(failPoints, "failPoints");
        if (directories.isEmpty()) {
            throw new StorageException(StorageException.Kind.MISUSE, "no data directory given: log.dirs is empty");
        }
    }
}
