// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.server.net.Fuzz;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sends damaged requests of every API to the whole server. */
@OnlyOnFiles(because = "damaged requests end before the storage")
class FuzzIT {
    private static final long SEED = 20_260_101;
    private static final int REQUESTS = Fuzz.requests(30_000);
    /** Each kind of trouble has a line in ten seconds. */
    private static final long MOST_LOG_LINES = 200 + REQUESTS / 1_000;

    private static final long MOST_BYTES = 400L << 20;

    @TempDir
    Path directory;

    @Test
    void damagedRequestsDoNotHarmTheServer() throws Exception {
        // Other requests' partitions are made on disk: fewer of them keep the disk out of this.
        try (Server server = Server.launch(
                directory, FreePort.take(), Map.of("KAFKA_HEAP_OPTS", "-Xmx192m"), "offsets.topic.num.partitions=4")) {
            server.running().awaitOutput(out -> out.contains("ready"));

            Fuzz.Result result = new Fuzz(server.port(), SEED, REQUESTS).run();

            assertThat(result.sent()).isEqualTo(REQUESTS);
            assertThat(server.residentBytes()).isLessThan(MOST_BYTES);
            try (Admin admin = JavaClientsIT.admin(server)) {
                assertThat(admin.describeCluster().nodes().get()).hasSize(1);
            }
            assertThat(server.running().out().lines().count()
                            + server.running().err().lines().count())
                    .as("%s; the log: %s", result, server.running().out())
                    .isLessThan(MOST_LOG_LINES);
            assertThat(server.terminate(Server.STOP)).isZero();
        }
    }
}
