// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.build.watch.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the clients that are not Java's. If a client is missing, the test fails in CI, and is skipped with
 * the reason elsewhere.
 */
final class RequiredClients {
    private static final String HOW = "; see 'The tests with Python clients' in README.md";

    private static final Logger LOG = LoggerFactory.getLogger(RequiredClients.class);

    private RequiredClients() {}

    /** The full path of a command on the PATH. */
    static String command(String name) {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            missing(name + " is not installed" + HOW);
        }
        return found.orElseThrow().toString();
    }

    /** A Python that can import a module: the system's, for Debian's packages. */
    static String systemPython(String module) {
        return python("/usr/bin/python3", module);
    }

    /** A Python that can import a module: that of the clients from PyPI. */
    static String clientsPython(String module) {
        String clients = System.getenv().getOrDefault("VARVE_CLIENTS", ChildProcess.HOME + "/.venv/clients");
        return python(clients + "/bin/python", module);
    }

    private static String python(String python, String module) {
        if (!Files.isExecutable(Path.of(python))) {
            missing(python + " is not there" + HOW);
        }
        try (ChildProcess probe = ChildProcess.start(python, "-c", "import " + module)) {
            if (probe.exitWithin(Await.PATIENCE) != 0) {
                missing(python + " has no module " + module + HOW);
            }
        }
        return python;
    }

    /** Fails in CI, skips the test elsewhere. */
    static void missing(String what) {
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(what);
        }
        LOG.warn("Skipping tests: {}", what);
        Assumptions.abort(what);
    }
}
