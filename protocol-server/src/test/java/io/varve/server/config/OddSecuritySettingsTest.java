// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is said of settings that would leave a door open, or let nobody in. Kafka takes most of them without a
 * word.
 */
class OddSecuritySettingsTest {
    private static final String AUTHORIZER =
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    private static final String SASL = "listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT";
    private static final String SCRAM = "sasl.enabled.mechanisms=SCRAM-SHA-256";
    private static final String PLAIN = "sasl.enabled.mechanisms=PLAIN";
    private static final Map<String, String> SHORT =
            Map.of("AUTHORIZER", AUTHORIZER, "SASL", SASL, "SCRAM", SCRAM, "PLAIN", PLAIN);
    private static final String MODULES = "org.apache.kafka.common.security.";

    private static ServerConfig load(String lines) {
        Map<String, String> settings = new TreeMap<>();
        for (String part : lines.split(Pattern.quote(" && "))) {
            String line = SHORT.getOrDefault(part, part).replace("MODULES.", MODULES);
            settings.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        return ServerConfig.of(settings, Path.of("."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // A list of principals.
                "AUTHORIZER && super.users=User:a;admin|super.users: must be principals, as User:admin, separated by"
                        + " semicolons: admin is none",
                "AUTHORIZER && super.users=User:CN=a\\;b,O=x|semicolons: b,O=x is none",
                "AUTHORIZER && allow.everyone.if.no.acl.found=maybe|must be true or false",
                "authorizer.class.name=kafka.security.authorizer.AclAuthorizer|must be org.apache.kafka.metadata",
                // Two listeners that cannot both be opened.
                "listeners=A://127.0.0.1:9092,B://localhost:9092|A://127.0.0.1:9092 and B://localhost:9092 are the same",
                "listeners=A://:9092,B://127.0.0.1:9092|A://:9092 and B://127.0.0.1:9092 are the same port",
                "listeners=A://127.0.0.1:9092,B://0.0.0.0:9092|are the same port of the same address",
                "listeners=A://[::1]:9092,B://[0:0:0:0:0:0:0:1]:9092|are the same port of the same address",
                "listeners=A://127.0.0.1:9092 && http.listeners=http://localhost:9092|http.listeners=",
                "http.listeners=http://127.0.0.1:8080,https://localhost:8080|are the same port of the same address",
                // Two protocols of one listener, of which the last one was taken.
                "listener.security.protocol.map=PLAINTEXT:SSL,plaintext:PLAINTEXT|PLAINTEXT has SSL and PLAINTEXT",
                // Keys as they are written, where a listener has its own.
                "SASL && SCRAM && connections.max.reauth.ms=x|configuration connections.max.reauth.ms: Not a number",
                "SASL && SCRAM && listener.name.plaintext.connections.max.reauth.ms=x|configuration"
                        + " listener.name.plaintext.connections.max.reauth.ms: Not a number",
                "SASL && SCRAM && listener.name.plaintext.scram-sha-256.connections.max.reauth.ms=x|configuration"
                        + " listener.name.plaintext.scram-sha-256.connections.max.reauth.ms: Not a number",
                "SASL && SCRAM && sasl.server.max.receive.size=0|sasl.server.max.receive.size: must be 1 or more, or -1",
                "SASL && SCRAM && listener.name.plaintext.sasl.server.max.receive.size=-2|configuration"
                        + " listener.name.plaintext.sasl.server.max.receive.size: must be 1 or more",
                "SASL && sasl.enabled.mechanisms=scram-sha-256|names scram-sha-256; there are PLAIN, SCRAM-SHA-256",
                "SASL && PLAIN && sasl.jaas.config=MODULES.plain.PlainLoginModule required user_a=b;|"
                        + "listener.name.plaintext.plain.sasl.jaas.config is not set",
                "SASL && PLAIN && listener.name.plaintext.plain.sasl.jaas.config=MODULES.scram.ScramLoginModule required"
                        + " user_a=b;|listener.name.plaintext.plain.sasl.jaas.config is wrong: nobody could authenticate,"
                        + " for its entry has to be of org.apache.kafka.common.security.plain.PlainLoginModule",
            })
    void isRefusedWithTheKeyAndWhatWouldBeRight(String lines, String words) {
        String named = lines.replace("A://", "PLAINTEXT://").replace("B://", "SASL_SSL://");
        assertThatThrownBy(() -> load(named))
                .isInstanceOf(ConfigError.class)
                .hasMessageStartingWith("settings: ")
                .hasMessageContaining(words.replace("A://", "PLAINTEXT://").replace("B://", "SASL_SSL://"))
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AUTHORIZER && super.users=User:a; User:b ;;User:CN=c\\,d, O=x;|",
                "super.users=User:a|super.users has no effect, and every client may do everything",
                "AUTHORIZER && super.users=User:a;Group:b|super.users names Group:b, whom no client can be",
                "AUTHORIZER && super.users=user:a|super.users names user:a, whom no client can be",
                "AUTHORIZER && super.users=User: a|super.users names User: a, whose name is empty or begins with a space",
                "AUTHORIZER && super.users=User:|super.users names User:, whose name is empty",
                "AUTHORIZER && super.users=User:*|which is a user of that name, and not everybody",
                "AUTHORIZER && super.users=User:a,User:b|which is one user of that long name",
                "listener.name.PLAINTEXT.max.connections=3|is ignored: keys are in lower case:"
                        + " listener.name.plaintext.max.connections",
                "SASL && SCRAM && listener.name.plaintext.SCRAM-SHA-256.connections.max.reauth.ms=5|keys are in lower"
                        + " case: listener.name.plaintext.scram-sha-256.connections.max.reauth.ms",
                "listener.name.clients.ssl.client.auth=required|there is no listener of that name, but [PLAINTEXT]",
                "listener.name.plaintext.ssl.client.auth=required|it sets nothing of the listener PLAINTEXT as it is",
                "listeners=PLAINTEXT://127.0.0.1:9092,SASL_SSL://[::1]:9092 && SASL.|",
            })
    void isTakenWithAWarningOrNone(String lines, String words) {
        List<String> warnings = load(lines.replace(" && SASL.", " && SCRAM")).warnings();
        if (words == null) {
            assertThat(warnings).isEmpty();
        } else {
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .startsWith("settings: ")
                    .contains(words);
        }
    }
}
