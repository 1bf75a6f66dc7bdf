// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.config.BrokerConfigs;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings with which a server would serve nobody, delete everything, or end with a stack trace. */
class CombinedSettingsTest {
    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Kafka's requirements.
                "queued.max.request.bytes=100|queued.max.request.bytes|at least socket.request.max.bytes, which is 104857600",
                "socket.request.max.bytes=200 queued.max.request.bytes=199|queued.max.request.bytes|which is 200",
                "connections.max.idle.ms=100|connections.max.idle.ms|connection.failed.authentication.delay.ms (100)",
                "max.connections.per.ip=0|max.connections.per.ip|1 or more, or 0 with max.connections.per.ip.overrides",
                "listener.name.plaintext.max.connections=0|listener.name.plaintext.max.connections|a whole number, 1 or more",
                "max.connections.per.ip=-1|max.connections.per.ip|a whole number, 0 or more",
                "max.connections.per.ip.overrides=a|max.connections.per.ip.overrides|a list of address:number or host:number",
                "max.connections.per.ip.overrides=a:b|max.connections.per.ip.overrides|a list of address:number",
                "max.connections.per.ip.overrides=a/8:1|max.connections.per.ip.overrides|a list of address:number",
                "max.connections.per.ip.overrides=:1|max.connections.per.ip.overrides|a list of address:number",
                "log.retention.ms=0|log.retention.ms|-1 (no limit), or 1 or more",
                "log.retention.minutes=0|log.retention.minutes|-1 (no limit), or 1 or more",
                "log.retention.hours=0|log.retention.hours|-1 (no limit), or 1 or more",
                "log.retention.hours=2147483648|log.retention.hours|at most 2147483647",
                "log.roll.hours=9223372036854775807|log.roll.hours|at most 2147483647",
                "listeners=PLAINTEXT://a:1,SSL://a:1|listeners|PLAINTEXT://a:1 and SSL://a:1 are the same port",
                "log.dirs=d,./d|log.dirs|d is there twice",
                "log.dirs=d/e,d|log.dirs|d/e lies in",
                "log.dir=d,d|log.dir|d is there twice",
                // Numbers that every comparison lets through.
                "log.cleaner.io.buffer.load.factor=NaN|log.cleaner.io.buffer.load.factor|0.01 to 1",
                "log.cleaner.io.max.bytes.per.second=NaN|log.cleaner.io.max.bytes.per.second|1 or more",
                "log.cleaner.min.cleanable.ratio=NaN|log.cleaner.min.cleanable.ratio|from 0 to 1",
                // Values that classes of Kafka's refuse without naming the key.
                "group.consumer.assignors=nothing|group.consumer.assignors=nothing|Class nothing cannot be found",
                "offsets.topic.compression.codec=7|offsets.topic.compression.codec=7|compression type id: 7",
                "group.max.size=9 offsets.topic.compression.codec=7|offsets.topic.compression.codec=7|id: 7",
            })
    void refusesInOneLineThatNamesTheKeyAndWhatWouldBeRight(String settings, String named, String right) {
        assertThatThrownBy(() -> load(settings))
                .isInstanceOf(ConfigError.class)
                .hasMessageStartingWith("settings: " + named)
                .hasMessageContaining(right)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "queued.max.request.bytes=104857600",
                "queued.max.request.bytes=-1",
                "log.retention.ms=1",
                "log.retention.hours=-1",
                "log.retention.hours=2147483647",
                "listeners=PLAINTEXT://a:0,SSL://a:0",
                "listeners=PLAINTEXT://a:1,SSL://b:1",
                "log.dirs=d,de,e/d",
                "group.consumer.assignors=range",
                "max.connections.per.ip=1",
                "listener.name.plaintext.max.connections=1",
                "listener.name.plaintext.max.connection.creation.rate=1",
                "max.connections.per.ip=0 max.connections.per.ip.overrides=a:1,10.0.0.1:2,::1:3",
            })
    void takesWhatIsNextToIt(String settings) {
        assertThat(load(settings).warnings()).allMatch(line -> line.contains("listeners opens "));
    }

    @Test
    void cleanersChangeWhileTheServerRunsByAsMuchAsInKafka() {
        MetadataConfig config = load("log.cleaner.threads=4").metadata();
        BrokerConfigs broker = new BrokerConfigs(config.brokerKeys(), config.logDefaults());
        broker.set(Map.of(), Map.of("log.cleaner.threads", "8", "log.cleaner.io.max.bytes.per.second", "5000"));

        assertThat(broker.number("log.cleaner.threads")).isEqualTo(8);
        assertThat(broker.decimal("log.cleaner.io.max.bytes.per.second")).isEqualTo(5000);
        assertThat(broker.isOn("log.cleaner.enable")).isTrue();
        assertThat(broker.isDynamic("log.cleaner.enable")).isFalse();
        assertThat(List.of("threads", "backoff.ms", "dedupe.buffer.size", "io.buffer.size", "io.buffer.load.factor"))
                .allMatch(key -> broker.isDynamic("log.cleaner." + key));
    }

    @Test
    void somebodyMayConnectWhileTheServerRunsToo() {
        MetadataConfig config = load("max.connections=9").metadata();
        BrokerConfigs broker = new BrokerConfigs(config.brokerKeys(), config.logDefaults());
        assertThat(broker.text("max.connections.per.ip.overrides")).isEmpty();
        broker.set(
                Map.of("max.connections.per.ip.overrides", "a:1 , ::1: 3,", "max.connections.per.ip", "0"),
                Map.of("max.connections.per.ip.overrides", "b"));
        assertThat(ConnectionOverrides.parse(broker.text("max.connections.per.ip.overrides")))
                .isEqualTo(Map.of("a", 1, "::1", 3));
        assertThat(broker.number("max.connections.per.ip")).isZero();
    }

    private ServerConfig load(String settings) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String each : settings.split(" ")) {
            int equals = each.indexOf('=');
            all.put(each.substring(0, equals), each.substring(equals + 1));
        }
        return ServerConfig.of(all, home);
    }
}
