// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs scripts of an installation in all the ways there are, with a Java that prints its arguments. */
class LaunchScriptTest {
    @TempDir
    Path directory;

    private Path home;

    @BeforeEach
    void install() throws IOException {
        directory = directory.toRealPath();
        home = directory.resolve("a home of $1");
        Files.createDirectories(home.resolve("bin/lib"));
        for (String name :
                List.of("kafka-topics.sh", "kafka-server-start.sh", "lib/launch.sh", "lib/compiler-commands")) {
            Files.copy(
                    ChildProcess.HOME.resolve("bin").resolve(name),
                    home.resolve("bin").resolve(name));
        }
        Files.createDirectories(home.resolve("libs"));
        for (String program : List.of("tools", "server")) {
            Files.createFile(home.resolve("libs/varve-" + program + ".jar"));
        }
        PrintingJava.at(directory.resolve("java"), 17);
        Files.createSymbolicLink(directory.resolve("version"), home);
        Files.createSymbolicLink(directory.resolve("bins"), home.resolve("bin"));
        Files.createSymbolicLink(directory.resolve("topics"), Path.of("again"));
        Files.createSymbolicLink(directory.resolve("again"), Path.of("version/bin/kafka-topics.sh"));
        // What a search for "bin" along CDPATH comes to.
        Files.createDirectories(directory.resolve("other/bin/lib"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"$HOME_DIR\"/bin/kafka-topics.sh --list",
                "cd \"$HOME_DIR\" && bin/kafka-topics.sh --list",
                "cd \"$HOME_DIR\"/bin && ./kafka-topics.sh --list",
                "cd \"$HOME_DIR\"/bin && bash kafka-topics.sh --list",
                "cd \"$HOME_DIR\"/libs && ../bin/kafka-topics.sh --list",
                "cd \"$HOME_DIR\"/bin && PATH=$PWD:$PATH && cd / && kafka-topics.sh --list",
                "version/bin/kafka-topics.sh --list",
                "bins/kafka-topics.sh --list",
                "./topics --list",
                "bash topics --list",
                "cd / && \"$OLDPWD\"/topics --list",
            })
    void findsItsInstallationHoweverItIsCalled(String line) {
        assertThat(run(line)).containsSubsequence("-cp", home.resolve("libs/varve-tools.jar") + "", "--list");
    }

    /** A process costs a start 1 to 2 ms: where nothing is a link, none is started before the JVM. */
    @Test
    void startsTheServerWithoutAnotherProcess() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        assertThat(run("bash=$(command -v bash) && PATH=" + empty
                        + " && \"$bash\" \"$HOME_DIR\"/bin/kafka-server-start.sh x"))
                .contains("-Dvarve.home=" + home)
                .endsWith("io.varve.server.Main", "x");
    }

    /** It goes on without a line of compiler-commands that it cannot read. */
    @Test
    void theJvmUnderstandsTheOptionsOfTheServer() {
        List<String> arguments = run("\"$HOME_DIR\"/bin/kafka-server-start.sh x");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java") + ""));
        command.addAll(arguments.subList(0, arguments.indexOf("-cp")));
        command.add("--version");
        try (ChildProcess java = ChildProcess.start(command.toArray(String[]::new))) {
            assertThat(java.succeed().lines()).hasSize(3);
            assertThat(java.err()).isEmpty();
        }
    }

    @Test
    void takesTheJavaOfThePathAndTheVersionOfWhatItIsALinkTo() throws IOException {
        PrintingJava.at(directory.resolve("java-25"), 25);
        Path links = Files.createDirectories(directory.resolve("usr/bin"));
        Files.createSymbolicLink(links.resolve("java"), Path.of("../../java-25/bin/java"));
        assertThat(run("unset JAVA_HOME && PATH=" + links + ":$PATH && \"$HOME_DIR\"/bin/kafka-topics.sh"))
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"JAVA_VERSION=\"25.0.1\"", "\nA=\"b\"\nJAVA_VERSION=\"25\"\nC=\"\\\"\n"})
    void readsTheReleaseFile(String content) throws IOException {
        Files.writeString(directory.resolve("java/release"), content);
        assertThat(run("\"$HOME_DIR\"/bin/kafka-topics.sh")).contains("--enable-native-access=ALL-UNNAMED");
    }

    /** Runs a line of Bash, and returns the arguments of the JVM. */
    private List<String> run(String line) {
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                directory.resolve("java").toString(),
                "HOME_DIR",
                home.toString(),
                "CDPATH",
                directory.resolve("other").toString());
        try (ChildProcess running = ChildProcess.start(environment, "bash", "-c", "cd " + directory + "; " + line)) {
            return running.succeed().lines().toList();
        }
    }
}
