// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.cluster.Endpoint;
import io.varve.server.security.ListenerSecurity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;

class OpenListenersTest {
    private static final Endpoint EVERYWHERE = new Endpoint("OUTSIDE", "", 9092);

    @Test
    void saysWhatIsOpenAndWhatToDo() {
        assertThat(warning(SecurityProtocol.PLAINTEXT, Map.of(), false))
                .isEqualTo("opens OUTSIDE://:9092 to other machines: whoever is on the way reads and changes everything"
                        + " (PLAINTEXT), clients need not say who they are, every client may do everything. Set a"
                        + " protocol with SSL in listener.security.protocol.map; SASL, or ssl.client.auth=required;"
                        + " authorizer.class.name; or listen on localhost (docs/security.md)");
        assertThat(warning(SecurityProtocol.SSL, Map.of("ssl.client.auth", "requested"), true))
                .contains("clients need not say who they are")
                .doesNotContain("everything");
        assertThat(warning(SecurityProtocol.SASL_PLAINTEXT, Map.of("ssl.client.auth", "required"), true))
                .contains("(SASL_PLAINTEXT)")
                .doesNotContain("need not say");
    }

    @Test
    void saysNothingOfAListenerThatIsLockedOrOfThisMachineOnly() {
        assertThat(warning(SecurityProtocol.SASL_SSL, Map.of(), true)).isEmpty();
        assertThat(warning(SecurityProtocol.SSL, Map.of("ssl.client.auth", "required"), true))
                .isEmpty();
        assertThat(OpenListeners.warning(
                        new Endpoint("INSIDE", "127.0.0.1", 9092), ListenerSecurity.plaintext("INSIDE"), false))
                .isEmpty();
    }

    @Test
    void theStartSaysSoForEachListener() {
        Map<String, String> settings = Map.of(
                "listeners",
                "INSIDE://localhost:1,OUTSIDE://:2",
                "listener.security.protocol.map",
                "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT");
        assertThat(ServerConfig.of(settings, Path.of("unused")).warnings())
                .singleElement()
                .asString()
                .startsWith("settings: listeners opens OUTSIDE://:2 to other machines: ");
    }

    @Test
    void theStartSaysWhatHttpOpens() {
        assertThat(httpWarnings("http://0.0.0.0:8080", "PLAINTEXT"))
                .singleElement()
                .asString()
                .startsWith(
                        "settings: http.listeners opens HTTP://0.0.0.0:8080 to other machines: whoever is on the way"
                                + " reads what is shown, and passwords")
                .contains("everybody sees topics", "https://", "a listener with SASL");
        assertThat(httpWarnings("https://0.0.0.0:8080", "PLAINTEXT"))
                .singleElement()
                .asString()
                .contains("everybody sees topics", "listener.name.https.ssl.client.auth=required")
                .doesNotContain("on the way");
        assertThat(httpWarnings("http://0.0.0.0:8080", "SSL"))
                .singleElement()
                .asString()
                .contains("on the way")
                .doesNotContain("everybody sees");
        assertThat(httpWarnings("https://0.0.0.0:8080", "SSL")).isEmpty();
        assertThat(httpWarnings("http://localhost:8080,https://:8443", "PLAINTEXT"))
                .isEmpty();
    }

    private static List<String> httpWarnings(String http, String protocol) {
        Map<String, String> settings = Map.of(
                "http.listeners",
                http,
                "listeners",
                "INSIDE://localhost:1",
                "listener.security.protocol.map",
                "INSIDE:" + protocol);
        return ServerConfig.of(settings, Path.of("unused")).warnings();
    }

    private static String warning(SecurityProtocol protocol, Map<String, String> settings, boolean authorized) {
        return OpenListeners.warning(EVERYWHERE, new ListenerSecurity("OUTSIDE", protocol, settings), authorized);
    }
}
