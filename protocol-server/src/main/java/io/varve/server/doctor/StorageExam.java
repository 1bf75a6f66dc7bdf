// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.server.command.CommandLines;
import io.varve.server.config.ConfigError;
import io.varve.server.config.StorageBackends;
import io.varve.server.config.StorageConfig;
import java.util.List;

/** Looks at whose the directories are, and at what the backend needs besides them: a bucket. */
final class StorageExam {
    private static final int THREADS = 2;

    private final StorageConfig config;
    private final StorageProvider backend;
    private final Clock clock;

    /**
     * @param config the backend and its settings
     * @param backend the backend of that name
     * @param clock the machine's clock
     */
    StorageExam(StorageConfig config, StorageProvider backend, Clock clock) {
        this.config = config;
        this.backend = backend;
        this.clock = clock;
    }

    List<Finding> examine() {
        try {
            StorageBackends.requireOwn(config.directories(), backend);
        } catch (ConfigError e) {
            return List.of(Finding.problem(e.getMessage(), "The server does not start."));
        } catch (StorageException e) {
            return List.of(Finding.problem(CommandLines.line(e), "See to its permissions."));
        }
        try (SystemScheduler scheduler = new SystemScheduler(THREADS)) {
            backend.examine(new StorageContext(
                    config.directories(), config.properties(), clock, scheduler, Ids.random(), new FailPoints()));
        } catch (StorageException e) {
            return List.of(Finding.problem(
                    CommandLines.line(e),
                    e.kind() == StorageException.Kind.RETRY
                            ? "A start waits for it, and is refused in the end. A server that runs keeps serving what it has here."
                            : "Correct it: the server does not start."));
        }
        return backend.tiers()
                ? List.of(Finding.ok("the bucket can be listed, written, read and deleted from"))
                : List.of();
    }
}
