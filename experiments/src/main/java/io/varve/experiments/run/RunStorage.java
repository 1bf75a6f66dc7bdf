// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.experiments.batch.BatchShapes;
import io.varve.experiments.batch.Seeded;
import io.varve.experiments.bucket.BucketModel;
import io.varve.experiments.bucket.SimulatedBucket;
import io.varve.experiments.headers.HeadersStorageProvider;
import io.varve.experiments.scenario.BackendSpec;
import io.varve.experiments.scenario.FaultSpec;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.workload.BatchAppends;
import io.varve.experiments.workload.LatencyModel;
import io.varve.experiments.workload.ReadTier;
import io.varve.experiments.workload.SketchAppends;
import io.varve.experiments.workload.WholeBatches;
import io.varve.s3.S3StorageProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the storage of a run, and the form in which batches are appended to it.
 *
 * @param provider opens it
 * @param context what it is opened with
 * @param appends append batches in its form
 * @param disk limits what it keeps on this machine
 * @param bucket the bucket behind it; empty without a remote tier
 */
record RunStorage(
        StorageProvider provider,
        StorageContext context,
        BatchAppends appends,
        LocalDisk disk,
        Optional<SimulatedBucket> bucket) {
    private static final String HOT_BACKEND = "s3.hot.backend";

    /** @throws IllegalArgumentException if the scenario needs what cannot be run */
    static void requireRunnable(Scenario scenario) {
        LocalDisk.of(scenario, local(scenario)).requirePossible();
    }

    /** @return the backend's name, and what is in front of it */
    static String name(Scenario scenario) {
        BackendSpec backend = scenario.environment().backend();
        return word(backend.kind())
                + backend.hot().map(hot -> " over " + word(hot)).orElse("");
    }

    private static String word(BackendSpec.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    static boolean isTiered(Scenario scenario) {
        return scenario.environment().backend().kind() == BackendSpec.Kind.S3;
    }

    /** @return the storage on the local disk */
    static BackendSpec.Kind local(Scenario scenario) {
        BackendSpec backend = scenario.environment().backend();
        return backend.hot().orElse(backend.kind());
    }

    static RunStorage of(Scenario scenario, PolicySpec policy, BatchShapes shapes, Path directory, VirtualTime time) {
        LocalDisk disk = LocalDisk.of(scenario, local(scenario));
        boolean sketches = local(scenario) == BackendSpec.Kind.HEADERS;
        StorageProvider local =
                sketches ? new HeadersStorageProvider(shapes, disk.maxBytes()) : installed(word(local(scenario)));
        BatchAppends appends = sketches ? new SketchAppends(shapes) : new WholeBatches();
        Map<String, String> properties =
                new LinkedHashMap<>(scenario.environment().backend().settings());
        properties.putAll(policy.backend());
        disk.limit(properties);
        if (!isTiered(scenario)) {
            StorageContext context = context(scenario, properties, directory.resolve("data"), time, disk);
            return new RunStorage(local, context, appends, disk, Optional.empty());
        }
        SimulatedBucket bucket = new SimulatedBucket(
                model(scenario),
                time,
                directory.resolve("bucket"),
                Seeded.derive(scenario.timing().seed(), "bucket"));
        StorageProvider tiered = new S3StorageProvider(opening -> bucket.connect(), List.of(local));
        properties.put(HOT_BACKEND, local.name());
        ScaledTier.scale(properties, tiered.settings(), scenario.timing().scale());
        StorageContext context = context(scenario, properties, directory.resolve("data"), time, disk);
        return new RunStorage(tiered, context, appends, disk, Optional.of(bucket));
    }

    private static StorageProvider installed(String name) {
        StorageProvider provider = StorageProvider.all().get(name);
        if (provider == null) {
            throw new IllegalArgumentException("no backend named " + name + " is on the class path");
        }
        return provider;
    }

    private static BucketModel model(Scenario scenario) {
        long start = scenario.timing().startMs();
        List<BucketModel.Outage> outages = scenario.environment().faults().stream()
                .filter(FaultSpec.S3Outage.class::isInstance)
                .map(FaultSpec.S3Outage.class::cast)
                .map(fault -> new BucketModel.Outage(start + fault.fromMs(), start + fault.toMs()))
                .toList();
        return new BucketModel(
                LatencyModel.DEFAULT.tiers().get(ReadTier.BUCKET),
                scenario.timing().scale(),
                outages);
    }

    /** Makes the directory: a storage in memory leaves that to others. */
    private static StorageContext context(
            Scenario scenario, Map<String, String> properties, Path directory, VirtualTime time, LocalDisk disk) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot be made", e);
        }
        Ids ids = Ids.seeded(scenario.timing().seed());
        FailPoints failPoints = new FailPoints();
        disk.limit(failPoints);
        return new StorageContext(List.of(directory), properties, time, time, ids, failPoints);
    }
}
