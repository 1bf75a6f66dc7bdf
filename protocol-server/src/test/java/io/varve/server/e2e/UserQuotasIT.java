// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static io.varve.server.e2e.QuotaProbe.RATE;
import static io.varve.server.e2e.QuotaProbe.UNLIMITED;
import static io.varve.server.e2e.QuotaProbe.assertLimited;
import static io.varve.server.e2e.QuotaProbe.consumed;
import static io.varve.server.e2e.QuotaProbe.produced;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds back users who have authenticated, by their own quotas, their clients' and the defaults. */
@OnlyOnFiles(because = "who is held back is told before the storage is asked again")
class UserQuotasIT {
    private static final double PLENTY = 1e9;

    @TempDir
    static Path directory;

    private static SaslServer server;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        server = SaslServer.start(directory);
        server.addScram("bob", "b-secret");
        Map<String, Object> open = Map.of("bootstrap.servers", server.server().bootstrap());
        assertThat(produced(open, "to-read")).isEqualTo(UNLIMITED);
        admin = Admin.create(open);
    }

    @AfterAll
    static void stop() {
        admin.close();
        assertThat(server.stop()).doesNotContain("ERROR").doesNotContain("Exception");
    }

    /** With the last quota goes what was measured. */
    @AfterEach
    void removeAll() throws Exception {
        for (Map.Entry<ClientQuotaEntity, Map<String, Double>> entry : admin.describeClientQuotas(
                        ClientQuotaFilter.all())
                .entities()
                .get()
                .entrySet()) {
            String[] entity = entry.getKey().entries().entrySet().stream()
                    .flatMap(part -> Stream.of(part.getKey(), part.getValue()))
                    .toArray(String[]::new);
            for (String quota : entry.getValue().keySet()) {
                QuotaProbe.set(admin, quota, null, entity);
            }
        }
    }

    private static Map<String, Object> alice(String clientId) {
        Map<String, Object> settings = new HashMap<>(server.client("PLAIN"));
        settings.put("client.id", clientId);
        return settings;
    }

    @Test
    void aUsersQuotaIsForAllClientsButThoseWithTheirOwn() throws Exception {
        server.configs("--alter --add-config producer_byte_rate=" + RATE + " --entity-type users --entity-name alice");
        QuotaProbe.set(admin, "producer_byte_rate", PLENTY, "user", "alice", "client-id", "free");
        assertLimited(produced(alice("first"), "by-user"));
        assertThat(produced(alice("second"), "by-user")).isLessThanOrEqualTo(2 * QuotaProbe.RECORD);
        assertThat(produced(alice("free"), "by-user")).isEqualTo(UNLIMITED);
        assertThat(produced(server.client("SCRAM-SHA-512"), "by-user")).isEqualTo(UNLIMITED);
    }

    @Test
    void theDefaultOfUsersIsForEachThatHasNoOther() throws Exception {
        QuotaProbe.set(admin, "consumer_byte_rate", (double) RATE, "user", null);
        QuotaProbe.set(admin, "consumer_byte_rate", PLENTY, "user", "alice");
        assertLimited(consumed(server.client("SCRAM-SHA-256"), "to-read"));
        assertLimited(consumed(server.client("OAUTHBEARER"), "to-read"));
        assertThat(consumed(alice("any"), "to-read")).isEqualTo(UNLIMITED);
    }

    @Test
    void theDefaultOfClientsIsForEachThatHasNoOther() throws Exception {
        QuotaProbe.set(admin, "producer_byte_rate", (double) RATE, "client-id", null);
        QuotaProbe.set(admin, "producer_byte_rate", PLENTY, "client-id", "known");
        assertLimited(produced(alice("one"), "by-default"));
        assertLimited(produced(alice("other"), "by-default"));
        assertThat(produced(alice("known"), "by-default")).isEqualTo(UNLIMITED);
    }

    @Test
    void kafkaPython2() throws Exception {
        python(RequiredClients.systemPython("kafka"), "2");
    }

    @Test
    void kafkaPython3() throws Exception {
        python(RequiredClients.clientsPython("kafka"), "3");
    }

    private static void python(String python, String version) throws Exception {
        QuotaProbe.set(admin, "producer_byte_rate", (double) RATE, "user", "alice");
        QuotaProbe.set(admin, "consumer_byte_rate", (double) RATE, "user", "alice");
        QuotasIT.python(
                python,
                List.of(server.address(), "python-" + version, "to-read", Integer.toString(RATE), "alice", "a-secret"));
    }
}
