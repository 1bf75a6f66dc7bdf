// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.StorageException;
import io.varve.server.command.CommandLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Formats directories on the real storage in files, in this process. */
class FormatCommandTest {
    private static final String ID = "MkU3OEVBNTcwNTJENDM2Qg";

    @TempDir
    Path directory;

    private record Outcome(int code, String out, String err) {}

    @Test
    void anotherNodesStorageIsNotFormatted() throws IOException {
        assertThat(format(1, ID).code()).isZero();
        Outcome again = format(1, ID, "--ignore-formatted");
        assertThat(again).isEqualTo(new Outcome(0, "All of the log directories are already formatted.\n", ""));
        Outcome other = format(2, ID, "--ignore-formatted");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err())
                .startsWith("Stored node id 1 doesn't match previous node id 2 in " + directory.resolve("data"))
                .hasLineCount(1);
        assertThat(format(2, ID).err()).isEqualTo(other.err());
        assertThat(format(2, "another").err()).startsWith("Invalid cluster.id in: ");
        assertThat(format(1, ID).err()).contains("is already formatted");
    }

    @Test
    void whatIsStoredIsShownWhateverTheConfigurationSays() throws IOException {
        format(1, ID);
        assertThat(run(new StorageInfoCommand(), "-c", config(2).toString()).out())
                .contains("cluster.id=" + ID + ", node.id=1,");
    }

    @Test
    void aFullDiskIsReportedAsSuch() throws IOException {
        FailPoints full = new FailPoints();
        full.arm("file.append.before-write", () -> {
            throw new StorageException(StorageException.Kind.FULL, "no space");
        });
        try (ConfiguredStorage storage = ConfiguredStorage.open(ConfiguredStorage.read(config(1)), full)) {
            assertThatThrownBy(() -> storage.format(ID)).isInstanceOf(StorageException.class);
        }
    }

    private Outcome format(int node, String id, String... options) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-t", id, "-c", config(node).toString()));
        arguments.addAll(List.of(options));
        return run(new FormatCommand(), arguments.toArray(String[]::new));
    }

    private static Outcome run(Object command, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = CommandLines.run(command, new PrintStream(out), new PrintStream(err), arguments);
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Path config(int node) throws IOException {
        return Files.writeString(
                directory.resolve("server-" + node + ".properties"),
                "storage.backend=file\nnode.id=" + node + "\nlog.dirs=" + directory.resolve("data") + "\n");
    }
}
