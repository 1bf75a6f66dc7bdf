// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.example.JournalStorageProvider;
import io.varve.conformance.rig.TestEnvironment;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private int run(String... arguments) {
        return new Conformance(print(out), print(progress)).run(List.of(arguments));
    }

    private static PrintStream print(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return progress.toString(StandardCharsets.UTF_8);
    }

    @Test
    void refusesAReportThatCannotBeWrittenBeforeItBegins() {
        String report = directory.resolve("absent/report.html").toString();
        assertThat(run("--backend", "memory", "--area", "trim", "--report", report))
                .isEqualTo(Conformance.WRONG_USAGE);
        assertThat(complained()).contains("--report " + report + ": no file can be written there");
        assertThat(said()).isEmpty();
        assertThat(run("--backend", "memory", "--area", "trim", "--report", directory.toString()))
                .isEqualTo(Conformance.WRONG_USAGE);
    }

    @Test
    void gradesABackendByItsName() throws IOException {
        Path report = directory.resolve("report.html");
        int status = run(
                "--backend",
                "memory",
                "--seed",
                "42",
                "--area",
                "trim",
                "--area",
                "kills",
                "--report",
                report.toString());
        assertThat(status).as(said()).isEqualTo(Conformance.PASSED);
        assertThat(said()).contains("seed 42", "PASSED: memory keeps the contract", "SKIPPED  kills");
        assertThat(said()).containsPattern("trim +\\d+ +\\d+ +0 +0 ");
        assertThat(Files.readString(report))
                .contains("moves the start", "PASSED")
                .doesNotContain("http:", "https:", "<script", "src=");
    }

    @Test
    void startsWhatABackendNeedsAndEndsIt() throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(StorageProvider.class.getName()), JournalStorageProvider.class.getName());
        Files.writeString(services.resolve(TestEnvironment.class.getName()), JournalEnvironment.class.getName());
        int status =
                run("--backend", "journal", "--classpath", directory.toString(), "--override", "a=b", "--area", "trim");
        assertThat(status).as(said() + complained()).isEqualTo(Conformance.PASSED);
        assertThat(JournalEnvironment.told())
                .startsWith("start journal with a=b", "rig with a=b, place=here")
                .endsWith("rig with a=b, place=here", "close");
    }

    /** Refuses its settings. */
    public static final class RefusingProvider implements StorageProvider {
        @Override
        public String name() {
            return "refusing";
        }

        @Override
        public Storage open(StorageContext context) {
            throw new StorageException(StorageException.Kind.MISUSE, "there is no bucket 'b'");
        }
    }

    @Test
    void saysInOneLineThatSettingsDoNotOpenTheBackend() throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(StorageProvider.class.getName()), RefusingProvider.class.getName());
        assertThat(run("--backend", "refusing", "--classpath", directory.toString(), "--area", "trim"))
                .isEqualTo(Conformance.WRONG_USAGE);
        assertThat(complained().lines().findFirst())
                .hasValue("backend refusing cannot be opened: MISUSE: there is no bucket 'b'");
        assertThat(said()).doesNotContain("breaks the contract");
    }

    @Test
    void replaysAHistory() throws IOException {
        Path history = Files.writeString(
                directory.resolve("history"),
                "# by hand\n\n  append 0 0 2x100~0 1x61~5\n  sync\n  crash\n  trim 0 2\n");
        assertThat(run("--backend", "memory", "--replay", history.toString()))
                .as(said())
                .isZero();
        assertThat(said()).contains("PASSED");
        Files.writeString(history, "append 0 0 2x100~0\nfly 3");
        assertThat(run("--backend", "memory", "--replay", history.toString())).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(complained()).contains("not a step of a history: 'fly 3'");
    }

    @Test
    void namesTheAreasThereAre() {
        assertThat(run("--list")).isZero();
        assertThat(said()).contains("append-and-read", "failpoints", "kills");
    }

    @Test
    void helpsAndSaysItsVersion() {
        assertThat(run("--help")).isZero();
        assertThat(said()).startsWith("Usage: bin/conformance.sh").contains("--evidence", "Exit status:");
        assertThat(run("--version")).isZero();
        assertThat(said()).contains("Varve conformance kit");
        assertThat(said()).doesNotContain("\u001b");
        assertThat(complained()).isEmpty();
    }

    @Test
    void countsTheLastOfAnOptionGivenTwice() {
        assertThat(run("--backend", "nothing", "--backend", "memory", "--area", "trim", "--seed", "1", "--seed", "7"))
                .as(complained())
                .isZero();
        assertThat(said()).contains("Backend memory", "seed 7");
    }

    @Test
    void refusesAWrongCommandLineInOneSentence() {
        assertThat(run("--backend", "nothing")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--area", "weather")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--seed", "x")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--operations", "-1")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--rounds", "many")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--override", "nonsense")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--report")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--bakcend", "memory")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run()).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--classpath", "/none.jar")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--seed", "1")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(complained())
                .contains(
                        "no backend nothing on the class path; there are: memory",
                        "no area weather",
                        "Invalid value for option '--seed': 'x' is not a long",
                        "Invalid value for option '--operations': '-1' is not a whole number, 0 or more",
                        "Invalid value for option '--rounds': 'many' is not a whole number, 0 or more",
                        "Missing required parameter for option '--report' (FILE)",
                        "(KEY=VALUE) should be in KEY=VALUE format but was nonsense",
                        "Unknown options: '--bakcend', 'memory'",
                        "--classpath /none.jar: there is no such file",
                        "--backend is missing");
    }

    @Test
    void refusesPowerCutsThatCannotBe() {
        assertThat(run("--power-cut", "--backend", "memory")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--power-cut", "--backend", "memory", "--area", "trim")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--power-cut")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--power-cut", "--backend", "memory", "--reflinks", "fat"))
                .isEqualTo(Conformance.WRONG_USAGE);
        assertThat(run("--backend", "memory", "--reflinks", "xfs")).isEqualTo(Conformance.WRONG_USAGE);
        assertThat(complained())
                .contains(
                        "backend memory keeps nothing",
                        "option --area does not go with --power-cut",
                        "option --reflinks goes only with --power-cut",
                        "the file system with reflinks is fat, must be xfs or btrfs",
                        "--backend is missing");
    }
}
