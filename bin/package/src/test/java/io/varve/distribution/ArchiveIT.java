// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.ChildRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks the archive and uses it as somebody does who has a Java runtime and nothing else of Varve's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchiveIT {
    private static final Path TAR = Path.of(System.getProperty("varve.archive") + ".tar.gz");
    private static final Path ZIP = Path.of(System.getProperty("varve.archive") + ".zip");
    private static final Instant TIMESTAMP = Instant.parse(System.getProperty("varve.timestamp"));

    private Path directory;
    private Path home;

    @BeforeAll
    void unpack(@TempDir Path temporary) throws IOException, InterruptedException {
        directory = Files.createDirectory(temporary.resolve("with a space"));
        for (Path part : List.of(temporary, directory)) {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        home = Installed.unpack(TAR, directory);
        run("chmod", "-R", "a-w", home.toString());
    }

    @Test
    void aUserWhoMayOnlyReadItServesFromTheWorkingDirectory() throws IOException, InterruptedException {
        Path here = writable("here");
        Installed installed = new Installed(home, here, Installed.nobody(), javaHome());
        try (Installed.Running server = installed.startServer()) {
            assertThat(Installed.hello(server.address())).isEqualTo("Hello, World!\n");
            assertThat(installed.run("kafka-topics.sh", "--bootstrap-server", server.address(), "--list"))
                    .isEqualTo("sample\n");
            assertThat(installed.run(
                            "varve-retention.sh",
                            "explain",
                            "--bootstrap-server",
                            server.address(),
                            "--topic",
                            "sample"))
                    .contains("sample");
            assertThat(installed.run("kafka-log-dirs.sh", "--bootstrap-server", server.address(), "--describe"))
                    .contains(here.resolve("data").toString());
            server.stop();
        }
        assertThat(names(here)).containsExactly("data");
        assertThat(installed.run("varve-scrub.sh", "--dir", "data")).contains("SOUND");
    }

    @Test
    void whatIsWrittenGoesToTheDirectoryThatTheEnvironmentNames() throws IOException, InterruptedException {
        Path state = writable("state of it");
        Map<String, String> environment =
                Map.of("JAVA_HOME", System.getProperty("java.home"), "VARVE_STATE", state.toString());
        Installed installed = new Installed(home, writable("elsewhere"), Installed.nobody(), environment);
        assertThat(installed.run("kafka-server-start.sh", "--version")).matches("Varve \\S+\n");
        try (Installed.Running server = installed.startServer()) {
            assertThat(server.said()).contains("Preparing for fast starts");
            server.stop();
        }
        try (Installed.Running again = installed.startServer()) {
            assertThat(again.said()).doesNotContain("Preparing for fast starts");
            assertThat(Installed.hello(again.address())).isEqualTo("Hello, World!\n");
            again.stop();
        }
        assertThat(names(state)).containsExactly("cache", "data");
        assertThat(names(state.resolve("cache"))).hasSize(1);
        assertThat(names(installed.workingDirectory())).isEmpty();
    }

    @Test
    void everyOtherProgramRuns() throws IOException, InterruptedException {
        Installed installed = new Installed(home, writable("programs"), Installed.nobody(), javaHome());
        assertThat(installed.run("connect-plugin-path.sh", "list", "--plugin-location", home + "/libs/lib"))
                .contains("FileStreamSourceConnector");
        assertThat(installed.run("varve-s3.sh", "--help")).contains("--bucket");
        assertThat(installed.run("varve-s3.sh", "--version")).matches("Varve \\S+\n");
        assertThat(installed.run("varve-experiment.sh", "--version")).contains("0.");
        assertThat(installed.run("conformance.sh", "--help")).contains("--backend");
        assertThat(installed.run("varve-completion.sh"))
                .contains("complete -F _complete_varve-experiment", "complete -F _complete_conformance");
    }

    @Test
    void everyJarIsNamedByAProgramAndIsThere() throws IOException {
        Set<String> named = new TreeSet<>();
        for (String program : names(home.resolve("libs"))) {
            if (program.endsWith(".jar")) {
                try (JarFile jar =
                        new JarFile(home.resolve("libs").resolve(program).toFile())) {
                    String path = jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
                    named.addAll(Arrays.asList(path.split(" ")));
                }
            }
        }
        assertThat(names(home.resolve("libs/lib")).stream().map("lib/"::concat)).containsExactlyElementsOf(named);
    }

    @Test
    void everyLinkOfAPageLeadsToAFile() throws IOException {
        assertThat(PageLinks.pages(home)).contains(home.resolve("README.md"), home.resolve("docs/architecture.md"));
        assertThat(PageLinks.dead(home)).isEmpty();
    }

    /** Checks what makes two builds of the same sources equal. */
    @Test
    void everythingHasTheTimeOfTheRelease() throws IOException {
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName)).contains(home.getFileName() + "/bin/kafka-server-start.sh");
            assertThat(zip.stream()
                            .map(entry -> entry.getTimeLocal().toString())
                            .distinct())
                    .hasSize(1);
        }
        assertThat(Files.getLastModifiedTime(home.resolve("libs/varve-server.jar"))
                        .toInstant())
                .isEqualTo(TIMESTAMP);
    }

    @Test
    void bothFormatsHaveTheSameFiles() throws IOException, InterruptedException {
        List<String> tar = files(run("tar", "tzf", TAR.toString()).lines());
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            assertThat(files(zip.stream().map(ZipEntry::getName))).containsExactlyElementsOf(tar);
        }
    }

    /** Windows passes over labels in files with other ends of lines; bash takes these for words. */
    @Test
    void scriptsHaveTheEndsOfLinesOfTheirSystems() throws IOException {
        try (Stream<Path> all = Files.walk(home.resolve("bin"))) {
            for (Path script : all.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(script);
                if (script.toString().endsWith(".bat")) {
                    assertThat(text.replace("\r\n", "")).as(script.toString()).doesNotContain("\n", "\r");
                } else {
                    assertThat(text).as(script.toString()).doesNotContain("\r");
                }
            }
        }
    }

    private static List<String> files(Stream<String> entries) {
        return entries.filter(entry -> !entry.endsWith("/")).sorted().toList();
    }

    private Map<String, String> javaHome() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"));
    }

    private Path writable(String name) throws IOException {
        Path made = Files.createDirectory(directory.resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
        return made;
    }

    private static Set<String> names(Path of) throws IOException {
        try (Stream<Path> content = Files.list(of)) {
            return content.map(path -> path.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        ChildRun run = ChildRun.of(new ProcessBuilder(new ArrayList<>(List.of(command))));
        assertThat(run.exit()).as(run.output()).isZero();
        return run.output();
    }
}
