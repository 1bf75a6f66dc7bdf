// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> started = new ArrayList<>();

    private int run(String line) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
        return StartCommand.run(
                arguments, print(out), print(err), (file, overrides) -> started.add(file + " " + overrides));
    }

    private static PrintStream print(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    /** The first is read without picocli, the others with it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.properties --override a=b=c --override d=",
                "--override a=b=c a.properties --override d=",
                "--override=a=b=c --override=d= a.properties",
                "a.properties --override=a=b=c --override d="
            })
    void takesTheFileAndOverridesInAnyOrder(String line) {
        assertThat(run(line)).isZero();
        assertThat(started).containsExactly("a.properties [a=b=c, d=]");
        assertThat(out.size() + err.size()).isZero();
    }

    @Test
    void takesAFileAlone() {
        assertThat(run("@a.properties")).isZero();
        assertThat(started).containsExactly("@a.properties []");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''              | Missing required parameter: 'config/server.properties'",
                "a b             | Unmatched argument at index 1: 'b'",
                "a --overide b=c | Possible solutions: --override",
                "a --override    | Missing required parameter for option '--override' (key=value)",
                "--override a=b  | Missing required parameter: 'config/server.properties'",
                "-daemon a       | Unknown option: '-daemon'"
            },
            quoteCharacter = '"')
    void saysWhatIsWrongAndStartsNothing(String line, String complaint) {
        assertThat(run(line.equals("''") ? "" : line)).isEqualTo(1);
        assertThat(started).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(complaint);
        assertThat(out.size()).isZero();
    }

    @Test
    void helpsAndSaysItsVersion() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("Usage: kafka-server-start.sh")
                .contains("--override");
        assertThat(run("--version")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Varve ");
        assertThat(started).isEmpty();
        assertThat(err.size()).isZero();
    }
}
