// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lets bash complete command lines, as a user's Tab does. */
@OnlyOnFiles(because = "a command's options are the same for every backend")
class CompletionIT {
    private static final String COMPLETE = """
            source <(%s/bin/varve-completion.sh varve-tier varve-scrub.sh varve-doctor kafka-storage)
            complete_line() {
              COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
              "$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
              echo "${COMPREPLY[*]}"
            }
            """;

    @Test
    void commandsAndOptionsAreCompleted() {
        assertThat(complete(
                        "varve-tier.sh re",
                        "varve-tier.sh restore --to-",
                        "kafka-storage.sh format --ig",
                        "varve-scrub --r",
                        "varve-doctor.sh --ov"))
                .containsExactly("restore", "--to-offset --to-time", "--ignore-formatted", "--rate", "--override");
    }

    @Test
    void anUnknownCommandIsNamed() {
        try (ChildProcess process = ChildProcess.start(ChildProcess.HOME + "/bin/varve-completion.sh", "varve-tyre")) {
            assertThat(process.exitWithin(Duration.ofMinutes(1))).isEqualTo(1);
            assertThat(process.err()).contains("varve-tyre").contains("varve-tier");
        }
    }

    /** @return what may end each line; one shell for all of them, for each shell asks the commands anew */
    private static List<String> complete(String... lines) {
        StringBuilder script = new StringBuilder(COMPLETE.formatted(ChildProcess.HOME));
        for (String line : lines) {
            script.append("complete_line ").append(line).append('\n');
        }
        try (ChildProcess process = ChildProcess.start("bash", "-c", script.toString())) {
            assertThat(process.exitWithin(Duration.ofMinutes(1)))
                    .as(process::err)
                    .isZero();
            return process.out().lines().toList();
        }
    }
}
