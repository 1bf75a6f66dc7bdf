// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.experiments.batch.BatchShapes;
import io.varve.experiments.headers.HeadersStorageProvider;
import io.varve.experiments.scenario.BackendSpec;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.workload.BatchAppends;
import io.varve.experiments.workload.SketchAppends;
import io.varve.experiments.workload.WholeBatches;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;

/** Chooses the storage of a run, and the form in which batches are appended to it. Stateless. */
final class RunStorage {
    private RunStorage() {}

    /** @throws IllegalArgumentException if the scenario needs what cannot be run */
    static void requireRunnable(Scenario scenario) {
        if (scenario.environment().backend().kind() == BackendSpec.Kind.S3) {
            throw new IllegalArgumentException("backend " + name(scenario)
                    + ": the remote tier does not run in virtual time; use headers, memory, file or lmdb");
        }
        if (!scenario.environment().faults().isEmpty()) {
            throw new IllegalArgumentException("faults: "
                    + scenario.environment().faults().get(0) + " cannot be run in virtual time; leave faults out");
        }
    }

    static String name(Scenario scenario) {
        return scenario.environment().backend().kind().name().toLowerCase(Locale.ROOT);
    }

    static StorageProvider provider(Scenario scenario, BatchShapes shapes) {
        if (scenario.environment().backend().kind() == BackendSpec.Kind.HEADERS) {
            return new HeadersStorageProvider(shapes);
        }
        String name = name(scenario);
        for (StorageProvider provider : ServiceLoader.load(StorageProvider.class)) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        throw new IllegalArgumentException("no backend named " + name + " is on the class path");
    }

    static BatchAppends appends(Scenario scenario, BatchShapes shapes) {
        return scenario.environment().backend().kind() == BackendSpec.Kind.HEADERS
                ? new SketchAppends(shapes)
                : new WholeBatches();
    }

    static StorageContext context(Scenario scenario, PolicySpec policy, Path directory, VirtualTime time) {
        Map<String, String> properties =
                new LinkedHashMap<>(scenario.environment().backend().settings());
        properties.putAll(policy.backend());
        Ids ids = Ids.seeded(scenario.timing().seed());
        return new StorageContext(List.of(directory), properties, time, time, ids, new FailPoints());
    }
}
