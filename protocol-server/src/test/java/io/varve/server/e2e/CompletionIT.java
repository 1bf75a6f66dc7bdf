// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Lets bash complete command lines, as a user's Tab does. */
@OnlyOnFiles(because = "a command's options are the same for every backend")
class CompletionIT {
    private static final String COMPLETE = """
            source <(%s/bin/varve-completion.sh varve-tier varve-scrub.sh varve-doctor kafka-storage)
            complete_line() {
              COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
              "$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
              printf '%%s\\n' "${COMPREPLY[@]}"
            }
            complete_line %s
            """;

    @Test
    void commandsAndOptionsAreCompleted() {
        assertThat(complete("varve-tier.sh re").strip()).isEqualTo("restore");
        assertThat(complete("varve-tier.sh restore --to-").lines()).containsExactly("--to-offset", "--to-time");
        assertThat(complete("kafka-storage.sh format --ig").strip()).isEqualTo("--ignore-formatted");
        assertThat(complete("varve-scrub --r").strip()).isEqualTo("--rate");
        assertThat(complete("varve-doctor.sh --ov").strip()).isEqualTo("--override");
    }

    @Test
    void anUnknownCommandIsNamed() {
        try (ChildProcess process = ChildProcess.start(ChildProcess.HOME + "/bin/varve-completion.sh", "varve-tyre")) {
            assertThat(process.exitWithin(Duration.ofMinutes(1))).isEqualTo(1);
            assertThat(process.err()).contains("varve-tyre").contains("varve-tier");
        }
    }

    private static String complete(String line) {
        String script = COMPLETE.formatted(ChildProcess.HOME, line);
        try (ChildProcess process = ChildProcess.start("bash", "-c", script)) {
            assertThat(process.exitWithin(Duration.ofMinutes(1)))
                    .as(process::err)
                    .isZero();
            return process.out();
        }
    }
}
