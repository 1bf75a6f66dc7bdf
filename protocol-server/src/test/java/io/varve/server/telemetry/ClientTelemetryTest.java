// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.varve.build.watch.Await;
import io.varve.core.runtime.Clock;
import io.varve.server.clients.ClientSoftware;
import io.varve.server.telemetry.ClientTelemetry.Push;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TelemetryTooLargeException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.UnknownSubscriptionIdException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Gauge;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientTelemetryTest {
    private static final Uuid ID = Uuid.ONE_UUID;
    private static final int MAX_CLIENTS = 1_000;
    private static final Duration PATIENCE = Await.PATIENCE;

    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final ClientTelemetry telemetry = new ClientTelemetry(clock(nowMs));

    private static Clock clock(AtomicLong nowMs) {
        return new Clock() {
            @Override
            public long millis() {
                return nowMs.get();
            }

            @Override
            public long nanos() {
                return nowMs.get() * 1_000_000;
            }
        };
    }

    @BeforeEach
    void subscribe() {
        set("java", Map.of("metrics", "org.a,org.b", "interval.ms", "1000", "match", "client_software_name=apache.*"));
    }

    private void set(String name, Map<String, String> configs) {
        telemetry.changed(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name), configs);
    }

    private static ClientProperties client(Uuid id, String software) {
        return new ClientProperties(id.toString(), "me", new ClientSoftware(software, "1"), "127.0.0.1", 1234);
    }

    private WantedMetrics ask() {
        return telemetry.ask(ID, client(ID, "apache-kafka-java"));
    }

    private void push(int subscription, boolean last, boolean knownCodec, int bytes) {
        telemetry.admit(ID, client(ID, "apache-kafka-java"), new Push(subscription, last, knownCodec, bytes));
    }

    @Test
    void onlyClientsThatASubscriptionSelectsSendMetrics() {
        assertThat(ask().metrics()).containsExactly("org.a", "org.b");
        assertThat(ask(Uuid.randomUuid(), "librdkafka").metrics()).isEmpty();
        set("all", Map.of("metrics", "*", "interval.ms", "100"));
        WantedMetrics all = ask(Uuid.randomUuid(), "librdkafka");
        assertThat(all.metrics()).containsExactly("*");
        assertThat(all.intervalMs()).isEqualTo(100);
    }

    private WantedMetrics ask(Uuid id, String software) {
        return telemetry.ask(id, client(id, software));
    }

    /** The thread that writes the metadata calls it: a client that is looked at must not hold it up. */
    @Test
    void aChangeWaitsForNoClient() {
        synchronized (telemetry) {
            assertTimeoutPreemptively(PATIENCE, () -> set("java", Map.of("metrics", "org.c")));
        }
        assertThat(ask().metrics()).containsExactly("org.c");
    }

    @Test
    void noPatternTakesForEver() {
        set("slow", Map.of("metrics", "org.s", "match", "client_software_name=(a|a)*b"));
        assertTimeoutPreemptively(
                PATIENCE,
                () -> assertThat(ask(Uuid.randomUuid(), "a".repeat(100)).metrics())
                        .isEmpty());
        set("slow", Map.of("metrics", "org.s", "match", "client_software_name=" + "a?".repeat(1_000)));
        assertThat(ask(Uuid.randomUuid(), "a".repeat(100)).metrics()).containsExactly("org.s");
    }

    @Test
    void aPatternThatWouldBecomeLargeIsRefused() {
        for (String pattern : List.of("((a{1000}){1000}){1000}", "(".repeat(4_000) + ")".repeat(4_000), "(?!a)b")) {
            assertThatThrownBy(() -> ClientSelector.parse("client_id=" + pattern))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageStartingWith("Illegal client matching pattern: client_id=")
                    .hasMessageMatching("(?s).*: (it is too large|RE2 does not have it: .*)");
        }
        String uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        assertThat(ClientSelector.parse("client_id=" + uuid).pattern().matches("0a1b2c3d-0000-1111-2222-0123456789ab"))
                .isTrue();
    }

    @Test
    void clientsThatAreAskedForTheSameShareOneList() {
        WantedMetrics one = ask(Uuid.randomUuid(), "apache-kafka-java");
        assertThat(ask(Uuid.randomUuid(), "apache-kafka-java").metrics()).isSameAs(one.metrics());
    }

    @Test
    void aClientIsAskedForSoManyMetrics() {
        for (int i = 0; i < 10; i++) {
            String prefix = "org." + i + ".";
            set(
                    "many-" + i,
                    Map.of(
                            "metrics",
                            IntStream.range(0, 500)
                                    .mapToObj(each -> prefix + each)
                                    .collect(Collectors.joining(","))));
        }
        assertThat(ask().metrics()).hasSize(1_000);
    }

    @Test
    void questionsAndPushesThatComeTooEarlyWait() {
        int subscription = ask().subscriptionId();
        assertThatThrownBy(this::ask).isInstanceOf(ThrottlingQuotaExceededException.class);
        nowMs.addAndGet(500);
        push(subscription, false, true, 10); // the first push may come early
        nowMs.addAndGet(999);
        assertThatThrownBy(() -> push(subscription, false, true, 10))
                .isInstanceOf(ThrottlingQuotaExceededException.class);
        nowMs.addAndGet(1);
        push(subscription, false, true, 10);
    }

    @Test
    void aClientMayAskAtOnceWhenSubscriptionsHaveChanged() {
        int before = ask().subscriptionId();
        set("java", Map.of("metrics", "org.c", "interval.ms", "1000"));
        assertThatThrownBy(() -> push(before, false, true, 10)).isInstanceOf(UnknownSubscriptionIdException.class);
        WantedMetrics now = ask();
        assertThat(now.metrics()).containsExactly("org.c");
        assertThat(now.subscriptionId()).isNotEqualTo(before);
    }

    @Test
    void pushesThatAreNotWantedAreRefused() {
        int subscription = ask().subscriptionId();
        assertThatThrownBy(() -> push(subscription, false, false, 10))
                .isInstanceOf(UnsupportedCompressionTypeException.class);
        nowMs.addAndGet(1_000);
        assertThatThrownBy(() -> push(subscription, false, true, ClientTelemetry.MAX_BYTES + 1))
                .isInstanceOf(TelemetryTooLargeException.class);
        nowMs.addAndGet(1_000);
        push(subscription, true, true, 10);
        assertThatThrownBy(() -> push(subscription, false, true, 10)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void theLastMetricsOfAClientAreKept() {
        ask();
        telemetry.keep(ID, metrics("org.a.first", 1));
        telemetry.keep(ID, metrics("org.a.second", 2));
        assertThat(telemetry.pushed())
                .singleElement()
                .satisfies(pushed -> assertThat(pushed.metrics()).isEqualTo("org.a.second 2\n"));
    }

    /** Neither many clients nor long metrics make the server grow without end. */
    @Test
    void whatIsKeptIsLimited() {
        for (int i = 0; i < MAX_CLIENTS + 10; i++) {
            Uuid id = new Uuid(7, i);
            ask(id, "apache-kafka-java");
            telemetry.keep(id, metrics("org.a", i));
        }
        assertThat(telemetry.pushed()).hasSize(MAX_CLIENTS);
        ask();
        telemetry.keep(ID, metrics("x".repeat(100_000), 1));
        assertThat(telemetry.pushed().get(MAX_CLIENTS - 1).metrics()).isEqualTo("... and 1 more\n");
    }

    @Test
    void theTextOfAllIsLimited() {
        for (int i = 0; i < 2 * MAX_CLIENTS; i++) {
            Uuid id = new Uuid(7, i);
            ask(id, "apache-kafka-java");
            telemetry.keep(id, metrics("x".repeat(8_000), 1));
            telemetry.keep(id, metrics("x".repeat(8_000), 2));
        }
        List<PushedMetrics> pushed = telemetry.pushed();
        assertThat(pushed).hasSize((4 << 20) / 8_003);
        assertThat(pushed.get(pushed.size() - 1).client().instanceId())
                .isEqualTo(new Uuid(7, 2 * MAX_CLIENTS - 1).toString());
        ask();
        telemetry.keep(ID, metrics("org.a", 1));
        assertThat(telemetry.pushed()).hasSize(pushed.size() + 1);
    }

    private static MetricsData metrics(String name, long value) {
        Gauge gauge = Gauge.newBuilder()
                .addDataPoints(NumberDataPoint.newBuilder().setAsInt(value))
                .build();
        return MetricsData.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .addScopeMetrics(ScopeMetrics.newBuilder()
                                .addMetrics(Metric.newBuilder().setName(name).setGauge(gauge))))
                .build();
    }
}
