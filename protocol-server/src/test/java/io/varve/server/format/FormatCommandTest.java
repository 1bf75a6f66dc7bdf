// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.StorageException;
import io.varve.server.command.CommandLines;
import io.varve.server.config.ServerConfig;
import io.varve.server.metadata.credential.StoredScramCredentials;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void firstUsersAreStoredWithTheClustersId() throws IOException {
        Outcome made = format(
                1,
                ID,
                "--add-scram",
                "SCRAM-SHA-256=[name=alice,password=a-secret]",
                "--add-scram",
                "SCRAM-SHA-512=[name=\"alice\",iterations=8192,salt=\"N3E=\",saltedpassword=\"YCE=\"]");
        assertThat(made.code()).as(made.err()).isZero();
        ServerConfig config = ConfiguredStorage.read(config(1));
        try (ConfiguredStorage storage = ConfiguredStorage.open(config)) {
            StoredScramCredentials stored = new StoredScramCredentials(storage::state);
            assertThat(stored.find("SCRAM-SHA-256", "alice").orElseThrow().iterations())
                    .isEqualTo(4096);
            assertThat(stored.find("SCRAM-SHA-512", "alice").orElseThrow().iterations())
                    .isEqualTo(8192);
            assertThat(stored.find("SCRAM-SHA-512", "bob")).isEmpty();
            assertThat(new String(
                            stored.find("SCRAM-SHA-256", "alice").orElseThrow().salt(), StandardCharsets.UTF_8))
                    .as("what Kafka's admin client makes, so that none of the users has a salt of another form")
                    .matches("[0-9a-z]{20,26}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SCRAM-SHA-256|Failed to find equals sign",
                "MD5=[name=a,password=hush]|The add-scram mechanism MD5 is not supported.",
                "SCRAM-SHA-256=name=a,password=hush|Expected configuration string to start with [",
                "SCRAM-SHA-256=[name=a,password=hush|Expected configuration string to end with ]",
                "SCRAM-SHA-256=[|Expected configuration string to start with [",
                "SCRAM-SHA-256=[]|No equals sign found in a SCRAM component",
                "SCRAM-SHA-256=[password=hush]|You must supply 'name' to add-scram",
                "SCRAM-SHA-256=[name=a]|You must supply one of 'password' or 'saltedpassword' to add-scram",
                "SCRAM-SHA-256=[name=a,saltedpassword=YCE=]|You must supply 'salt' with 'saltedpassword'",
                "SCRAM-SHA-256=[name=a,password=hush,iterations=1]|The 'iterations' value must be >= 4096",
                "SCRAM-SHA-256=[name=a,password=hush,iterations=99999]|The 'iterations' value must be <= 16384",
                "SCRAM-SHA-256=[name=a,password=hush,iterations=x]|Failed to parse iterations count: x",
                "SCRAM-SHA-256=[name=a,password=hush,salt=?]|Failed to decode given salt",
                "SCRAM-SHA-256=[name=a,password=hush,more=1]|Unknown SCRAM configurations: more",
                "SCRAM-SHA-256=[name=,password=hush]|Username must not be empty"
            })
    void aWrongFirstUserIsRefusedAndNothingFormatted(String argument, String error) throws IOException {
        Outcome refused = format(1, ID, "--add-scram", argument);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains(error).doesNotContain("hush").hasLineCount(1);
        assertThat(format(1, ID).code()).isZero();
    }

    @Test
    void aFullDiskIsReportedAsSuch() throws IOException {
        FailPoints full = new FailPoints();
        full.arm("file.append.before-write", () -> {
            throw new StorageException(StorageException.Kind.FULL, "no space");
        });
        try (ConfiguredStorage storage = ConfiguredStorage.open(ConfiguredStorage.read(config(1)), full)) {
            assertThatThrownBy(() -> storage.format(ID, List.of())).isInstanceOf(StorageException.class);
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
