// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checks that time-outs and {@code TestWatch} reach the tests of a module by nothing but its class path. */
@Timeout(120)
class TestWatchTest {
    @TempDir
    private Path directory;

    @Test
    void aTestThatGoesOnAfterItsTimeOutEndsWithItsNameAndItsThreads() throws Exception {
        Path output = directory.resolve("output");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dvarve.test.grace.seconds=2",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StuckExample.class.getName())
                .directory(Files.createDirectories(directory.resolve("module/target"))
                        .getParent()
                        .toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(jvm.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            jvm.destroyForcibly();
        }
        assertThat(jvm.exitValue()).as("%s", Files.readString(output)).isEqualTo(70);
        assertThat(output)
                .content()
                .contains("StuckExample: waitsAndIsNotInterrupted() did not end within 2 s")
                .contains("at " + StuckExample.class.getName() + ".waitsAndIsNotInterrupted");
    }
}
