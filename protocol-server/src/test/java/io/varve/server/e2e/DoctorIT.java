// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lets the doctor look at a server that runs, at a stopped one, and at one that cannot start. */
class DoctorIT {
    private record Diagnosis(int code, String text) {}

    private static Diagnosis diagnose(Path directory, String... overrides) {
        List<String> command = new ArrayList<>(List.of(
                "bin/varve-doctor.sh", directory.resolve("server.properties").toString()));
        for (String override : overrides) {
            command.addAll(List.of("--override", override));
        }
        try (ChildProcess process = ChildProcess.start(command.toArray(String[]::new))) {
            int code = process.exitWithin(Duration.ofMinutes(1));
            assertThat(process.err()).isEmpty();
            return new Diagnosis(code, process.out());
        }
    }

    @Test
    void aServerIsLookedAt(@TempDir Path directory) {
        try (Server server = Server.start(directory)) {
            String listens = "listeners=PLAINTEXT://" + server.bootstrap();
            String keeps = "log.dirs=" + directory.resolve("data");
            assertThat(diagnose(directory, listens, keeps).text())
                    .contains("server.properties is valid")
                    .contains("and a running server has it")
                    .contains("is taken, by the server that runs")
                    .contains("which answers")
                    .contains("is on its disk after")
                    .doesNotContain("was not left in order");
            server.stop();
            assertThat(diagnose(directory, listens, keeps).text())
                    .contains(" is free")
                    .doesNotContain("a running server has it")
                    .doesNotContain("was not left in order");
            Diagnosis wrong = diagnose(directory, listens, keeps, "num.partitions=many");
            assertThat(wrong.text())
                    .contains("PROBLEM")
                    .contains("num.partitions")
                    .contains("Problems: ");
            assertThat(wrong.code()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatWasKilledIsNoticedAndWhoHasItsPortIsNamed(@TempDir Path directory) throws Exception {
        try (Server server = Server.start(directory)) {
            server.crash();
            String keeps = "log.dirs=" + directory.resolve("data");
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Diagnosis crashed =
                        diagnose(directory, "listeners=PLAINTEXT://127.0.0.1:" + taken.getLocalPort(), keeps);
                assertThat(crashed.text())
                        .contains("was not left in order: process "
                                + server.running().process().pid())
                        .contains("cannot be listened on: process "
                                + ProcessHandle.current().pid() + " (java) has it");
                assertThat(crashed.code()).isEqualTo(1);
            }
        }
    }
}
