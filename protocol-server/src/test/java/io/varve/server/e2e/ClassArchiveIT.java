// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes the archive of classes that the first start makes. */
@OnlyOnFiles(because = "the archive is made by a server on files")
class ClassArchiveIT {
    private static final String MAKE =
            ". bin/lib/launch.sh; prepare_server; CACHE=$VARVE_STATE/cache; set_archive; make_archive";

    @TempDir
    private Path state;

    @Test
    void isMadeForAServerThatLogsToAFile() throws IOException {
        Map<String, String> environment = Map.of(
                "VARVE_LOG",
                "file",
                "VARVE_STATE",
                state.toString(),
                "JAVA_HOME",
                System.getProperty("java.home"),
                "KAFKA_JVM_PERFORMANCE_OPTS",
                "-XX:+UseSerialGC");
        try (ChildProcess making = ChildProcess.start(environment, "bash", "-c", MAKE)) {
            making.succeed();
        }

        try (Stream<Path> left = Files.list(state)) {
            assertThat(left).as("the log is not begun").containsExactly(state.resolve("cache"));
        }
        try (Stream<Path> archives = Files.list(state.resolve("cache"))) {
            assertThat(archives).hasSize(1);
        }
    }
}
