// SPDX-License-Identifier: Apache-2.0
package io.varve.examples.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the program as its user does. */
class BankProgramTest {
    private static final List<String> FIRST = List.of(
            "begins with {}",
            "0: deposited alice 10000",
            "1: deposited bob 10000",
            "2: transferred alice bob 6000",
            "alice has 4000",
            "refused: alice has 4000, which does not cover 100000");

    @TempDir
    Path directory;

    private List<String> run(String backend) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BankProgram.run(backend, directory, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void aSecondRunGoesOnWithTheFirst(String backend) {
        assertThat(run(backend)).isEqualTo(FIRST);
        assertThat(run(backend))
                .containsExactly(
                        "begins with {alice=4000, bob=16000}",
                        "3: deposited alice 10000",
                        "4: deposited bob 10000",
                        "5: transferred alice bob 6000",
                        "alice has 8000",
                        "refused: alice has 8000, which does not cover 100000");
    }

    @Test
    void inMemoryEachRunIsTheFirst() {
        assertThat(run("memory")).isEqualTo(FIRST);
        assertThat(run("memory")).isEqualTo(FIRST);
    }
}
