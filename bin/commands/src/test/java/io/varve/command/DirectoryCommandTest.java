// SPDX-License-Identifier: Apache-2.0
package io.varve.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private Path checkpoint;

    @BeforeEach
    void useTheDirectory() throws IOException {
        checkpoint = Files.writeString(directory.resolve("recovery-point-offset-checkpoint"), "0\n0\n");
    }

    private int scrub(String... arguments) {
        reset();
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            return new ScrubCommand(print(out), print(err), Clock.system(), scheduler).run(arguments);
        }
    }

    private int stat(String... arguments) {
        reset();
        return new LmdbStatCommand(print(out), print(err)).run(arguments);
    }

    private void reset() {
        out.reset();
        err.reset();
    }

    private static PrintStream print(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errorOutput() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void exitsWithTheResultOfAScrub() throws IOException {
        assertThat(scrub("--dir", directory.toString(), "--rate", "100MB/s")).isZero();
        assertThat(output()).contains("SOUND: 0 bytes of batches verified");
        Files.writeString(checkpoint, "0\n9\n");
        assertThat(scrub("--dir=" + directory)).isEqualTo(1);
        assertThat(output()).contains("DAMAGED  " + checkpoint);
        assertThat(errorOutput()).isEmpty();
    }

    @Test
    void takesSeveralDirectoriesInOneOptionOrMany() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.copy(checkpoint, other.resolve(checkpoint.getFileName()));
        assertThat(scrub("--dir", directory + " , " + other)).isZero();
        assertThat(output()).containsPattern("checkpoints +4 +0");
        assertThat(scrub("--dir", directory.toString(), "--dir", other.toString()))
                .isZero();
        assertThat(output()).containsPattern("checkpoints +4 +0");
    }

    @Test
    void namesWhatIsWrongWithTheCommandLine() throws IOException {
        assertThat(scrub("--dir", directory.toString(), "--rate", "fast")).isEqualTo(2);
        assertThat(errorOutput()).contains("'--rate': 'fast' is not MB per second, above 0");
        assertThat(scrub("--dir", directory.toString(), "--rate")).isEqualTo(2);
        assertThat(errorOutput()).contains("Missing required parameter for option '--rate' (N)");
        assertThat(scrub("--dir", directory.toString(), "--rat=1")).isEqualTo(2);
        assertThat(errorOutput()).contains("Unknown option: '--rat=1'", "Possible solutions: --rate");
        assertThat(scrub("--dir", "/nowhere")).isEqualTo(2);
        assertThat(errorOutput().lines()).containsExactly("--dir /nowhere is not a directory");
        assertThat(scrub()).isEqualTo(2);
        assertThat(errorOutput()).contains("Missing required option: '--dir=DIR'");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThat(scrub("--dir", empty.toString())).isEqualTo(2);
        assertThat(errorOutput()).contains("--dir " + empty + " is not a data directory");
        assertThat(stat()).isEqualTo(2);
        assertThat(errorOutput()).contains("Missing required option: '--dir=DIR'");
        assertThat(stat("--dir", "/nowhere", "--dir", directory.toString())).isEqualTo(2);
        assertThat(errorOutput()).contains("/nowhere: ", directory + ": ", "not an LMDB data directory");
        assertThat(output()).isEmpty();
    }

    @Test
    void callsNothingSoundThatItDoesNotLookAt() throws IOException {
        Path lmdb = Files.createDirectory(directory.resolve("lmdb"));
        Files.createFile(lmdb.resolve(".lock"));
        assertThat(scrub("--dir", lmdb.toString())).isZero();
        Files.createFile(lmdb.resolve("data.mdb"));
        assertThat(scrub("--dir", directory.toString(), "--dir", lmdb.toString()))
                .isEqualTo(2);
        assertThat(errorOutput().lines())
                .containsExactly("--dir " + lmdb
                        + " has been written with storage.backend=lmdb: this command verifies files only");
        assertThat(output()).isEmpty();
    }

    @Test
    void helpIsNoFailure() {
        assertThat(scrub("--help")).isZero();
        assertThat(output())
                .contains("Usage: varve-scrub.sh", "--rate", "Exit codes:")
                .doesNotContain("\u001b");
        assertThat(stat("--help")).isZero();
        assertThat(output()).contains("Usage: varve-lmdb-stat.sh", "--dir");
        assertThat(stat("--version")).isZero();
        assertThat(output()).startsWith("Varve ");
    }
}
