// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.build.ports.FreePort;
import io.varve.server.security.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the page of a server by a client with a TLS of its own. */
@OnlyOnFiles(because = "a connection is secured before its requests are read")
class HttpsByCurlIT {
    private static final Path CURL = Path.of("/usr/bin/curl");

    @Test
    void curlVerifiesTheServerAndReadsThePage(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(CURL), "there is no curl here");
        TestAuthority authority = new TestAuthority("CN=authority");
        Path keys = Files.writeString(
                directory.resolve("server.pem"), authority.issue("CN=server").pem());
        Path trusted = authority.pem(directory.resolve("ca.pem"));
        Path others = new TestAuthority("CN=elsewhere").pem(directory.resolve("other.pem"));
        int port = FreePort.take();
        try (Server server = Server.start(
                directory,
                "http.listeners=https://127.0.0.1:" + port,
                "listener.name.https.ssl.keystore.type=PEM",
                "listener.name.https.ssl.keystore.location=" + keys)) {
            assertThat(server.bootstrap()).isNotEmpty();
            assertThat(curl(trusted, "https://localhost:" + port + "/ready").succeed())
                    .isEqualTo("ok\n");
            assertThat(curl(trusted, "https://localhost:" + port + "/").succeed())
                    .contains("<!doctype html>");
            assertThat(curl(others, "https://localhost:" + port + "/ready").exitWithin(Server.STOP))
                    .isNotZero();
            assertThat(curl(trusted, "http://localhost:" + port + "/ready").exitWithin(Server.STOP))
                    .isNotZero();
        }
    }

    private static ChildProcess curl(Path trusted, String address) {
        return ChildProcess.start(CURL.toString(), "-sS", "--max-time", "60", "--cacert", trusted.toString(), address);
    }
}
