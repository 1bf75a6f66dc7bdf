// SPDX-License-Identifier: Apache-2.0
package io.varve.build.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs commands that end badly by {@code .ci/bounded}. */
@Timeout(120)
class BoundedCommandTest {
    private static final Pattern NAMED = Pattern.compile("process (\\d+): sleep 1000");

    @TempDir
    private Path directory;

    @BeforeEach
    void needsLinux() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "processes are found in /proc");
    }

    @Test
    void exitsAsTheCommandDoesAndShowsWhatItSays() throws Exception {
        Path output = directory.resolve("output");
        assertThat(run(output, 60, "echo said; exit 7")).isEqualTo(7);
        assertThat(output).hasContent("said");
    }

    @Test
    void namesAndEndsWhatHoldsItsOutputAlthoughItsParentIsGone() throws Exception {
        Path output = directory.resolve("output");
        assertThat(run(output, 60, "(setsid sleep 1000 &); exit 0")).isEqualTo(125);
        assertNamedAndEnded(output);
    }

    @Test
    void namesAndEndsWhatTakesTooLong() throws Exception {
        Path output = directory.resolve("output");
        assertThat(run(output, 1, "sleep 1000; exit 0")).isEqualTo(124);
        assertNamedAndEnded(output);
    }

    @Test
    void saysWhereTheThreadsAreOfAJvmThatTakesTooLong() throws Exception {
        Path output = directory.resolve("output");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertThat(run(
                        output,
                        10,
                        java + " -cp '" + System.getProperty("java.class.path") + "' " + EndedJvm.class.getName()
                                + " waiting; exit 0"))
                .isEqualTo(124);
        assertThat(output).content().contains("at io.varve.build.watch.EndedJvm.main");
    }

    private int run(Path output, int seconds, String script) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of("..", ".ci", "bounded").toString(),
                Integer.toString(seconds),
                directory.resolve("log").toString(),
                "bash",
                "-c",
                script));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroy(); // which ends what it started, too
        }
    }

    private static void assertNamedAndEnded(Path output) throws Exception {
        Matcher named = NAMED.matcher(Files.readString(output));
        assertThat(named.find()).as(Files.readString(output)).isTrue();
        ProcessHandle.of(Long.parseLong(named.group(1)))
                .ifPresent(process -> process.onExit().join());
    }
}
