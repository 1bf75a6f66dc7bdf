// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.JavaCommand;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.file.FileRig;
import io.varve.file.FileTestBase;
import io.varve.file.ManyPartitionsMain;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs a process that may have fewer files open than it has partitions. */
class DescriptorLimitTest {
    private static final int LIMIT = 220;
    private static final int ROUNDS = 3;

    @Test
    void aLackOfDescriptorsEndsByItselfAndHarmsNothing() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no shell with ulimit");
        try (FileRig rig = FileRig.temporary()) {
            String output = run(rig.directory);
            assertThat(output).contains("keeping at most").contains("as many files open as it may");
            assertThat(output).doesNotContain("a sync failed").doesNotContain("not used any more");
            assertThat(output).containsPattern("(?m)^refused [1-9][0-9]*$");
            try (Stream<Path> files = Files.walk(rig.directory)) {
                assertThat(files.filter(file -> file.toString().endsWith("index")))
                        .hasSize(2 * ManyPartitionsMain.partitions());
            }
            for (int i = 0; i < ManyPartitionsMain.partitions(); i++) {
                try (PartitionStore store =
                        rig.storage().open(ManyPartitionsMain.id(i), 1, PartitionSettings.DEFAULT)) {
                    assertThat(FileTestBase.readAll(store, 0)).isEqualTo(FileTestBase.tens(0, 10 * ROUNDS));
                }
            }
        }
    }

    private static String run(Path directory) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n " + LIMIT + "; exec \"$@\"", "sh"));
        command.addAll(JavaCommand.of(
                new FileRig(directory).subject().orElseThrow(), ManyPartitionsMain.class, "-XX:-MaxFDLimit"));
        command.addAll(List.of(directory.toString(), String.valueOf(ROUNDS)));
        ChildRun run = ChildRun.of(new ProcessBuilder(command));
        assertThat(run.exit()).as(run.output()).isZero();
        return run.output();
    }

    @Test
    void isTheLimitThatTheJvmSees() {
        assumeTrue(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean,
                "the JVM sees no limit here");
        UnixOperatingSystemMXBean unix = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        assertThat(DescriptorLimit.limit()).isEqualTo(unix.getMaxFileDescriptorCount());
    }

    @Test
    void halfOfTheDescriptorsAreLeftForConnections() {
        assertThat(DescriptorLimit.idleFiles(2000, Long.MAX_VALUE)).isEqualTo(2000);
        assertThat(DescriptorLimit.idleFiles(2000, 1024)).isEqualTo(448);
        assertThat(DescriptorLimit.idleFiles(100, 1024)).isEqualTo(100);
        assertThat(DescriptorLimit.idleFiles(2000, 64)).isEqualTo(8);
    }

    @Test
    void onlyALackOfDescriptorsIsToBeTriedAgain() {
        Path file = Path.of("f");
        IOException lack = new FileSystemException("f", null, "Too many open files");
        assertThat(Disk.writeFailure("opening", file, lack).kind()).isEqualTo(StorageException.Kind.RETRY);
        assertThat(Disk.writeFailure("opening", file, new AccessDeniedException("f"))
                        .kind())
                .isEqualTo(StorageException.Kind.FULL);
    }
}
