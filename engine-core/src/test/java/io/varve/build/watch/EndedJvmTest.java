// SPDX-License-Identifier: Apache-2.0
package io.varve.build.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class EndedJvmTest {
    private Process jvm;
    private long grandchild;

    @BeforeEach
    void needsAShell() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the reaper is a shell");
    }

    @AfterEach
    void end() {
        if (jvm != null) {
            jvm.destroyForcibly();
        }
    }

    @Test
    void aStuckTestEndsWithItsThreadsAndItsProcesses() throws Exception {
        start("stuck");
        String said = new String(jvm.getErrorStream().readAllBytes());
        assertThat(jvm.waitFor()).isEqualTo(JvmEnd.STUCK);
        assertThat(said)
                .contains("the example did not end within")
                .contains("at io.varve.build.watch.EndedJvm.main")
                .contains("process " + grandchild);
        assertGrandchildEnds();
    }

    @Test
    void testsThatLeaveAProcessFailAndTheProcessEnds() throws Exception {
        start("leaving");
        assertThat(jvm.errorReader().readLine())
                .contains("the example left process")
                .contains(Long.toString(grandchild))
                .contains("sleep");
        assertGrandchildEnds();
    }

    @Test
    void processesEndWithAJvmThatIsKilled() throws Exception {
        start("killed");
        jvm.destroyForcibly();
        assertGrandchildEnds();
    }

    private void start(String how) throws IOException {
        jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndedJvm.class.getName(),
                        how)
                .start();
        grandchild = Long.parseLong(jvm.inputReader().readLine());
    }

    private void assertGrandchildEnds() throws Exception {
        Optional<ProcessHandle> process = ProcessHandle.of(grandchild);
        if (process.isPresent()) {
            process.get().onExit().get(60, TimeUnit.SECONDS);
        }
    }
}
