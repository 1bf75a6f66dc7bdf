// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.conformance.batch.Batches;
import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.PartitionMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Measures starts. It is a program, not a test; run it by hand with the test class path:
 *
 * <pre>
 * StartMeasure many DIR 10000 10     10000 partitions of 10 segments: makes them, opens them cleanly, by the engine, and after a crash
 * StartMeasure large DIR 10240       one partition of 10240 MiB: fills it, ends like a crash, opens it
 * </pre>
 */
public final class StartMeasure {
    private static final int BATCH = 1000;
    private static final SystemScheduler SCHEDULER = new SystemScheduler(4);

    private final Path directory;

    private StartMeasure(Path directory) {
        this.directory = directory;
    }

    /** @param args what, where, how many */
    public static void main(String[] args) throws IOException {
        StartMeasure measure = new StartMeasure(Path.of(args[1]));
        if (args[0].equals("many")) {
            measure.many(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        } else {
            measure.large(Integer.parseInt(args[2]));
        }
        SCHEDULER.close();
    }

    private StorageContext context() {
        return new StorageContext(
                List.of(directory), Map.of(), Clock.system(), SCHEDULER, Ids.random(), new FailPoints());
    }

    private static PartitionId id(int i) {
        return new PartitionId("topic" + i / 100, new UUID(7, i / 100), i % 100);
    }

    private void many(int partitions, int segments) throws IOException {
        if (Files.notExists(directory)) {
            long started = System.nanoTime();
            fill(partitions, segments);
            print("made", started);
        }
        openAll(partitions);
        openAll(partitions);
        long started = System.nanoTime();
        LogEngine engine = LogEngine.open(new FileStorageProvider(), context(), EngineConfig.DEFAULT);
        PartitionConfig config = PartitionConfig.DEFAULT;
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            logs.add(engine.open(id(i), 0, config));
        }
        print("opened by the engine", started);
        print(logs.size() + " logs hold " + usedHeap() / partitions + " bytes of heap each");
        started = System.nanoTime();
        engine.close();
        print("closed by the engine", started);
        Files.delete(directory.resolve(FileNames.CLEAN_SHUTDOWN));
        print("-- after a crash");
        openAll(partitions);
    }

    private void openAll(int partitions) {
        long before = usedHeap();
        long started = System.nanoTime();
        FileStorage storage = FileStorage.open(context());
        print("storage opened", started);
        List<PartitionStore> stores = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            stores.add(storage.open(id(i), 0, PartitionSettings.DEFAULT));
        }
        print("and its partitions", started);
        print("which hold " + (usedHeap() - before) / partitions + " bytes of heap each");
        started = System.nanoTime();
        long bytes = 0;
        for (PartitionStore store : stores) {
            bytes += store.segments().size();
        }
        print(bytes + " segments described", started);
        print("the partitions then hold " + (usedHeap() - before) / partitions + " bytes of heap each");
        started = System.nanoTime();
        storage.close();
        print("closed", started);
    }

    private void fill(int partitions, int segments) throws IOException {
        PartitionSettings limits = PartitionSettings.of(new SegmentLimits(5 * BATCH, Long.MAX_VALUE, 4096, 1 << 20));
        try (Storage storage = FileStorage.open(context())) {
            PartitionStore first = storage.open(id(0), 0, limits);
            for (int i = 0; i < 5 * segments; i++) {
                first.append(Batches.run(first.extent().readableEnd(), 10, BATCH, 1000 + i));
            }
        }
        Path model = directory.resolve(id(0).toString());
        List<Path> files;
        try (Stream<Path> all = Files.list(model)) {
            files = all.filter(file -> !file.endsWith(FileNames.METADATA)).toList();
        }
        StringBuilder points = new StringBuilder("0\n" + partitions + "\n");
        for (int i = 0; i < partitions; i++) {
            Path copy = Files.createDirectories(directory.resolve(id(i).toString()));
            points.append(id(i).topic()).append(' ').append(id(i).partition()).append(' ');
            points.append(50L * segments).append('\n');
            if (i > 0) {
                PartitionMetadata.write(copy, id(i));
                for (Path file : files) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
        }
        Files.writeString(directory.resolve(FileNames.RECOVERY_POINTS), points);
    }

    private void large(int mebibytes) throws IOException {
        int batch = 1 << 20;
        if (Files.notExists(directory)) {
            long started = System.nanoTime();
            FileStorage storage = FileStorage.open(context());
            PartitionStore store = storage.open(id(0), 0, PartitionSettings.DEFAULT);
            for (int i = 0; i < mebibytes; i++) {
                store.append(Batches.run(store.extent().readableEnd(), 10, batch, 1000 + i));
                if (i % 8 == 7) {
                    storage.sync(List.of(store));
                }
            }
            print("filled with " + mebibytes + " MiB", started);
            storage.abandon();
        }
        long started = System.nanoTime();
        FileStorage storage = FileStorage.open(context());
        print(
                "opened, with an end of "
                        + storage.open(id(0), 0, PartitionSettings.DEFAULT)
                                .extent()
                                .readableEnd(),
                started);
        storage.abandon();
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void print(String what, long since) {
        print(what + " after " + (System.nanoTime() - since) / 1_000_000 + " ms");
    }

    private static void print(String what) {
        System.out.println(what);
    }
}
