// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.crash.OtherProcess;
import io.varve.conformance.rig.DirectoryTree;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checks that a directory has one user at a time, in whichever process. */
public abstract class ExclusionContract {
    private final Supplier<StorageRig> rigs;

    protected ExclusionContract(Supplier<StorageRig> rigs) {
        this.rigs = rigs;
    }

    @Test
    void oneWhoWasRefusedTakesNothingFromTheFirst() throws IOException, InterruptedException {
        TestedBackend subject = TestedBackend.assumed(rigs);
        Path root = Files.createTempDirectory("varve-exclusion-");
        Path directory = root.resolve("data");
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            Path other = Files.createSymbolicLink(root.resolve("other"), directory);
            try (Storage first = subject.open(directory, scheduler, new FailPoints())) {
                refused(subject, directory, scheduler);
                refused(subject, other, scheduler);
                assertThat(OtherProcess.open(subject, directory))
                        .as("another process")
                        .isEqualTo("RETRY");
                assertThat(first.partitions()).isEmpty();
            }
            assertThat(OtherProcess.open(subject, directory))
                    .as("another process, when the first is through")
                    .isEqualTo("OPENED");
            subject.open(other, scheduler, new FailPoints()).close();
        } finally {
            DirectoryTree.remove(root);
        }
    }

    private static void refused(TestedBackend subject, Path directory, SystemScheduler scheduler) {
        Contract.assertFails(
                StorageException.Kind.RETRY,
                () -> subject.open(directory, scheduler, new FailPoints()).close());
    }
}
