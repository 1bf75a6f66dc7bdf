// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigEntry;
import io.varve.server.security.ListenerSecurity;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which protocol each listener speaks, by which settings. */
class ListenerSecuritiesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "principal.builder.class=com.example.Builder|no classes of others are loaded",
                "listener.name.plaintext.ssl.engine.factory.class=com.example.Engines|no classes of others are loaded",
                "security.providers=com.example.Provider|empty: no classes of others are loaded",
                "listeners=OUTSIDE://localhost:9093|no security protocol defined for listener OUTSIDE",
                "listener.security.protocol.map=OUTSIDE:PLAINTEXT|no security protocol defined for listener PLAINTEXT",
                "listener.security.protocol.map=PLAINTEXT:CLEAR|invalid security protocol CLEAR",
                "listener.security.protocol.map=PLAINTEXT|a list of NAME:PROTOCOL",
            })
    void saysWhyAListenerCannotBeSecuredSo(String line, String allowed) {
        assertThatThrownBy(() -> load(line))
                .isInstanceOf(ConfigError.class)
                .hasMessageStartingWith("settings: ")
                .hasMessageContaining(line)
                .hasMessageContaining(allowed)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aListenersOwnSettingsAreOverThoseOfAll() {
        ServerConfig config = load("listeners=INSIDE://127.0.0.1:1,OUT-SIDE://127.0.0.1:2\n"
                + "listener.security.protocol.map=INSIDE:PLAINTEXT,out-side:SSL\n"
                + "ssl.keystore.location=a\nssl.keystore.password=hush\n"
                + "listener.name.out-side.ssl.keystore.location=b\nlistener.name.out-side.ssl.client.auth=required");
        ListenerSecurity outside = config.security().get("OUT-SIDE");
        assertThat(outside.protocol()).isEqualTo(SecurityProtocol.SSL);
        assertThat(outside.settings())
                .containsEntry("ssl.keystore.location", "b")
                .containsEntry("ssl.keystore.password", "hush");
        assertThat(outside.own()).containsExactlyInAnyOrder("ssl.keystore.location", "ssl.client.auth");
        assertThat(config.security().get("INSIDE").settings()).containsEntry("ssl.keystore.location", "a");
        assertThat(config.warnings()).isEmpty();
        assertThat(config.security().toString()).doesNotContain("hush");
    }

    @Test
    void httpsHasTheSettingsOfItsNameAndAsksForACertificateOnlyIfThatSaysSo() {
        String both = "http.listeners=http://localhost:1,https://:8443\nssl.client.auth=required"
                + "\nssl.keystore.location=all\n";

        ListenerSecurity https = https(
                both + "listener.name.https.ssl.keystore.location=its\nlistener.name.https.ssl.key.password=hush");
        assertThat(https.usesTls()).isTrue();
        assertThat(https.settings())
                .containsEntry("ssl.keystore.location", "its")
                .doesNotContainKey("ssl.client.auth");
        assertThat(https.toString()).doesNotContain("hush");
        assertThat(https(both + "listener.name.https.ssl.client.auth=requested").settings())
                .containsEntry("ssl.client.auth", "requested")
                .containsEntry("ssl.keystore.location", "all");
        assertThat(load("http.listeners=http://localhost:1").security()).containsOnlyKeys("PLAINTEXT");
        assertThat(load(both).warnings()).isEmpty();
        assertThatThrownBy(() -> load("http.listeners=https://:1\nlisteners=HTTPS://:2"
                        + "\nlistener.security.protocol.map=HTTPS:SSL"))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining("http.listeners");
    }

    private static ListenerSecurity https(String lines) {
        return load(lines).security().get("HTTPS");
    }

    @Test
    void saysWhenSettingsOfTlsSetNothing() {
        assertThat(load("ssl.keystore.location=a").warnings())
                .containsExactly("settings: ssl.keystore.location is ignored: none of the listeners speaks TLS:"
                        + " listener.security.protocol.map gives none of them SSL");
        assertThat(load("listener.name.other.ssl.keystore.location=a").warnings())
                .containsExactly("settings: listener.name.other.ssl.keystore.location is ignored: there is no"
                        + " listener of that name, but [PLAINTEXT]");
    }

    @Test
    void doesNotShowPasswordsOfTls() {
        MetadataConfig config = load("listeners=SSL://:1\nssl.keystore.password=hush\nssl.keystore.key=hush"
                        + "\nlistener.name.ssl.ssl.key.password=hush\nssl.client.auth=required")
                .metadata();
        Map<String, ConfigEntry> shown = new BrokerConfigs(config.brokerKeys(), config.logDefaults())
                .settings().stream().collect(Collectors.toMap(setting -> setting.key().name, setting -> setting));
        assertThat(BrokerConfigs.isSensitive(shown.get("ssl.keystore.password")))
                .isTrue();
        assertThat(BrokerConfigs.isSensitive(shown.get("ssl.keystore.key"))).isTrue();
        assertThat(BrokerConfigs.isSensitive(shown.get("listener.name.ssl.ssl.key.password")))
                .isTrue();
        assertThat(shown.get("ssl.client.auth").value()).isEqualTo("required");
        assertThat(shown.get("ssl.client.auth").key().documentation).startsWith("Configures kafka broker");
    }

    /** @param lines {@code key=value} each */
    private static ServerConfig load(String lines) {
        return ServerConfig.of(
                lines.lines()
                        .map(line -> line.split("=", 2))
                        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])),
                Path.of("unused"));
    }
}
