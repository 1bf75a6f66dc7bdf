// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what {@code varve-retention.sh} answers to command lines, without a server. */
class RetentionCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return RetentionCommand.run(List.of(arguments), print(out), print(err));
    }

    private static PrintStream print(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** AT stands for the two options that every command needs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "NONE                                    | Missing required subcommand",
                "explode AT                              | Unmatched arguments from index 0: 'explode'",
                "explain --bootstrap-server x:1          | Missing required option: '--topic=TOPIC'",
                "explain --topic                         | Missing required parameter for option '--topic' (TOPIC)",
                "explain --bogus 1 AT                    | Unknown options: '--bogus', '1'",
                "explain --partition x AT                | '--partition': 'x' is not a partition's number",
                "explain --partition -1 AT               | '--partition': '-1' is not a partition's number",
                "explain --topic t                       | Missing required option: '--bootstrap-server=HOST:PORT'",
                "explain --config a=b AT                 | Unknown options: '--config', 'a=b'",
                "dry-run AT                              | Missing required option: '--config=KEY=VALUE'",
                "dry-run --config x AT                   | should be in KEY=VALUE format but was x",
                "dry-run --config =x AT                  | before '=' there must be the name of a setting",
                "hold --name n AT                        | Missing required argument (specify one of these):",
                "hold --offsets 1-2 AT                   | Missing required option: '--name=NAME'",
                "hold --name n --offsets 1 --ranges 0 AT | mutually exclusive",
                "release AT                              | Missing required option: '--name=NAME'",
                "holds --command-config /no/where AT     | --command-config /no/where cannot be read"
            })
    void namesWhatIsWrongWithACommandLine(String line, String complaint) {
        String all = line.replace("AT", "--topic t --bootstrap-server 127.0.0.1:1");
        assertThat(run(line.equals("NONE") ? new String[0] : all.split(" "))).isEqualTo(2);
        assertThat(errors()).contains(complaint);
        assertThat(output()).isEmpty();
    }

    @Test
    void helpsWithItsCommandsAndWithEach() {
        assertThat(run("--help")).isZero();
        assertThat(output()).contains("Usage: varve-retention.sh COMMAND", "explain", "dry-run", "hold", "Exit codes:");
        out.reset();
        assertThat(run("hold", "--help")).isZero();
        assertThat(output()).contains("hold --name NAME --ranges", "--bootstrap-server=HOST:PORT", "--partition=N");
        out.reset();
        assertThat(run("--version")).isZero();
        assertThat(output()).startsWith("Varve ");
        assertThat(errors()).isEmpty();
    }
}
