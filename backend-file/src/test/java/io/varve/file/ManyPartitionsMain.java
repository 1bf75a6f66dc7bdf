// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.conformance.batch.Batches;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Appends to many partitions in a process of its own, and prints how many appends failed with RETRY. */
public final class ManyPartitionsMain {
    private static final int PARTITIONS = 300;
    private static final int SIZE = 200;
    private static final int WARM = 4;
    private static final int MAX_TRIES = 1000;

    private ManyPartitionsMain() {}

    public static PartitionId id(int i) {
        return new PartitionId("crowd", new UUID(3, 4), i);
    }

    /** @param arguments a directory, and the number of batches for each partition */
    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            loadClasses(directory, scheduler);
            crowd(directory, scheduler, Integer.parseInt(arguments[1]));
        }
    }

    /** Loads classes before descriptors run out: each class is a file of its own here. */
    private static void loadClasses(Path directory, SystemScheduler scheduler) {
        try (Storage storage = open(directory, scheduler)) {
            List<PartitionStore> stores = new ArrayList<>();
            for (int i = 0; i < WARM; i++) { // as many as helpers of a sync start for
                PartitionStore store =
                        storage.open(new PartitionId("warm", new UUID(1, 2), i), 1, PartitionSettings.DEFAULT);
                store.append(Batches.run(0, 10, SIZE, 1000));
                stores.add(store);
            }
            storage.sync(stores);
            stores.forEach(store -> storage.delete(store.id()));
        }
        for (StorageException failure : List.of(
                Disk.readFailure("reading", directory, new IOException()),
                Disk.writeFailure("writing", directory, new NoSuchFileException("f")))) {
            if (failure.kind() == StorageException.Kind.MISUSE) {
                throw failure;
            }
        }
    }

    private static Storage open(Path directory, SystemScheduler scheduler) {
        return FileStorage.open(new StorageContext(
                List.of(directory), Map.of(), Clock.system(), scheduler, Ids.random(), new FailPoints()));
    }

    private static void crowd(Path directory, SystemScheduler scheduler, int rounds) {
        try (Storage storage = open(directory, scheduler)) {
            List<PartitionStore> stores = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                stores.add(storage.open(id(i), 1, PartitionSettings.DEFAULT));
            }
            int refused = 0;
            for (int round = 0; round < rounds; round++) {
                List<PartitionStore> left = stores;
                for (int tries = 0; !left.isEmpty(); tries++) { // a sync makes files idle, so that they can be closed
                    if (tries == MAX_TRIES) {
                        throw new IllegalStateException(left.size() + " partitions take no append");
                    }
                    left = append(left, round);
                    refused += left.size();
                    if (!storage.sync(stores).byPartition().isEmpty()) {
                        System.out.println("a sync failed");
                    }
                }
            }
            System.out.println("refused " + refused);
        }
    }

    /** @return the partitions whose appends failed with RETRY */
    private static List<PartitionStore> append(List<PartitionStore> stores, int round) {
        List<PartitionStore> refused = new ArrayList<>();
        for (PartitionStore store : stores) {
            try {
                store.append(Batches.run(10L * round, 10, SIZE, 1000 + round));
            } catch (StorageException e) {
                if (e.kind() != StorageException.Kind.RETRY) {
                    throw e;
                }
                refused.add(store);
            }
        }
        return refused;
    }

    public static int partitions() {
        return PARTITIONS;
    }
}
