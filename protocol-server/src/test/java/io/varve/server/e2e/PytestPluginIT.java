// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Installs the plugin for pytest as its user does, and runs its tests. */
class PytestPluginIT {
    private static final Path PLUGIN = ChildProcess.HOME.resolve("clients/python");

    @TempDir
    Path directory;

    @Test
    void theInstalledPluginStartsServersForTests() {
        RequiredClients.clientsPython("kafka");
        RequiredClients.clientsPython("flit_core");
        String python = RequiredClients.clientsPython("pytest");
        // A build writes beside its sources: a copy of them keeps the checkout clean.
        succeed(
                Map.of(),
                "cp",
                "-r",
                PLUGIN.toString(),
                directory.resolve("plugin").toString());
        String installed = directory.resolve("installed").toString();
        succeed(
                Map.of(),
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-index",
                "--no-deps",
                "--no-build-isolation",
                "--target",
                installed,
                directory.resolve("plugin").toString());

        String output = succeed(
                Map.of("PYTHONPATH", installed, "VARVE_HOME", ChildProcess.HOME.toString()),
                python,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--varve-override",
                "storage.backend=" + Backend.NAME,
                directory.resolve("plugin/tests").toString());

        assertThat(output).containsPattern("\n\\d+ passed").doesNotContain("skipped");
    }

    private static String succeed(Map<String, String> environment, String... command) {
        try (ChildProcess run = ChildProcess.start(environment, command)) {
            return run.succeed();
        }
    }
}
