// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gives results of strangers' suites to the judge of {@code compat/run.sh}. */
@OnlyOnFiles(because = "there is no server in it")
class CompatVerdictIT {
    private static final Path COMPAT = ChildProcess.HOME.resolve("compat");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private String judged(int exit, List<String> results, String... allowed) throws IOException {
        Path found = Files.write(directory.resolve("results"), results);
        Path list = Files.write(directory.resolve("allowed"), List.of(allowed));
        try (ChildProcess verdict = ChildProcess.start(
                RequiredClients.command("python3"),
                COMPAT.resolve("lib/verdict.py").toString(),
                found.toString(),
                list.toString(),
                "varve")) {
            assertThat(verdict.exitWithin(LIMIT))
                    .as(verdict.out() + verdict.err())
                    .isEqualTo(exit);
            return verdict.out() + verdict.err();
        }
    }

    @Test
    void allowsWhatTheListNamesAndNothingElse() throws IOException {
        List<String> results = List.of("pass\ta.One", "fail\ta.Two/inner", "fail\ta.Two", "skip\ta.Three");
        assertThat(judged(0, results, "varve fail a.Two/*  # known", "both skip a.Three  # not here"))
                .contains("allowed fail: a.Two/inner: known")
                .contains("varve: 1 passed, 1 failed, 1 skipped");
        assertThat(judged(1, results, "both skip a.Three  # not here")).contains("UNEXPECTED fail: a.Two/inner");
        assertThat(judged(1, results, "varve fail a.Two/*  # known")).contains("UNEXPECTED skip: a.Three");
        assertThat(judged(1, results, "kafka fail a.Two/*  # of another", "both skip a.Three  # not here"))
                .contains("UNEXPECTED fail: a.Two/inner");
    }

    @Test
    void aRunWithoutTestsAndAnEntryWithoutAReasonAreMistakes() throws IOException {
        assertThat(judged(1, List.of())).contains("No test passed.");
        assertThat(judged(1, List.of("pass\ta.One"), "varve fail a.Two")).contains("must be:");
    }

    @Test
    void everySuiteHasAListWhoseEveryEntrySaysWhy() throws IOException {
        try (Stream<Path> suites = Files.list(COMPAT.resolve("suites"))) {
            for (Path suite : suites.toList()) {
                String name = suite.getFileName().toString().replace(".sh", "");
                List<String> entries = Files.readAllLines(COMPAT.resolve("allow/" + name + ".txt"));
                assertThat(judged(0, List.of("pass\ta.One"), entries.toArray(String[]::new)))
                        .as(name)
                        .contains("varve: 1 passed, 0 failed");
            }
        }
    }
}
