// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.DirectoryTree;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Checks a start of which one of several data directories is missing, or empty, as when it is not mounted.
 */
public abstract class DirectoryLossContract {
    private static final int PARTITIONS = 6;

    private final Supplier<StorageRig> rigs;
    private final SystemScheduler scheduler = new SystemScheduler(2);
    private TestedBackend subject;
    private Path root;
    private List<Path> directories;

    protected DirectoryLossContract(Supplier<StorageRig> rigs) {
        this.rigs = rigs;
    }

    @BeforeEach
    final void findSubject() throws IOException {
        try (StorageRig rig = rigs.get()) {
            subject = rig.subject().map(TestedBackend::elsewhere).orElse(null);
        }
        root = Files.createTempDirectory("varve-directories-");
        directories = List.of(root.resolve("a"), root.resolve("b"));
    }

    @AfterEach
    final void removeRoot() throws IOException {
        scheduler.close();
        DirectoryTree.remove(root);
    }

    private Storage open() {
        return subject.open(directories, scheduler, new FailPoints());
    }

    /** @return which partitions lie in which directory */
    private Map<Path, Set<PartitionId>> fill() {
        Map<Path, Set<PartitionId>> placed = new HashMap<>();
        try (Storage storage = open()) {
            List<PartitionStore> stores = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                PartitionId id = new PartitionId("orders", new UUID(7, 11), i);
                PartitionStore store = storage.open(id, 1, Contract.SMALL);
                store.append(Batches.run(Contract.ten(0)));
                stores.add(store);
                Path directory = store.directory().orElse(null);
                assumeThat(directory)
                        .as("the directory a partition says it is in")
                        .isNotNull();
                placed.computeIfAbsent(directory.toAbsolutePath().normalize(), ignored -> new HashSet<>())
                        .add(id);
            }
            assertThat(storage.sync(stores).byPartition()).isEmpty();
        }
        return placed;
    }

    @Test
    void claimsAndInventsNothingOfADirectoryThatIsNotThere() throws IOException {
        assumeThat(subject).as("a backend that keeps its data in directories").isNotNull();
        Map<Path, Set<PartitionId>> placed = fill();
        Set<PartitionId> all = new HashSet<>();
        placed.values().forEach(all::addAll);
        for (Path lost : directories) {
            Path away = root.resolve("away");
            Files.move(lost, away);
            for (boolean empty : new boolean[] {false, true}) {
                if (empty) {
                    DirectoryTree.remove(lost);
                    Files.createDirectories(lost); // the place where it is mounted
                }
                Set<PartitionId> left = new HashSet<>(all);
                left.removeAll(placed.getOrDefault(lost.toAbsolutePath().normalize(), Set.of()));
                assertHolds(left, true);
            }
            DirectoryTree.remove(lost);
            Files.move(away, lost);
            assertHolds(all, false);
        }
    }

    /**
     * Exactly these are there, with what they held. A backend may refuse to open at all without one of its
     * directories.
     */
    private void assertHolds(Set<PartitionId> expected, boolean mayRefuse) {
        try (Storage storage = open()) {
            assertThat(storage.partitions()).containsExactlyInAnyOrderElementsOf(expected);
            for (PartitionId id : expected) {
                try (PartitionStore store = storage.open(id, 1, Contract.SMALL)) {
                    Contract.assertExtent(store, 0, 10, 10);
                    Contract.assertHoldsTens(store, 0, 10);
                }
            }
        } catch (StorageException e) {
            assertThat(mayRefuse && e.kind() != StorageException.Kind.CLOSED)
                    .as(e.getMessage())
                    .isTrue();
        }
    }
}
