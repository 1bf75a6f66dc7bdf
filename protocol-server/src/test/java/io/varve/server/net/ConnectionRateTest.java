// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.QuotaWindow;
import io.varve.server.quota.ThrottleConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that come too fast are served later, or closed. */
@Timeout(180)
class ConnectionRateTest {
    /** Ten connections at once, and one in a second from then on. */
    private static final QuotaThrottle ONE_A_SECOND = new QuotaThrottle(
            Clock.system(), new ThrottleConfig(QuotaWindow.DEFAULT, QuotaWindow.DEFAULT, Map.of("PLAINTEXT", 1)));

    private final ScriptedHandler metadata =
            ScriptedHandler.answering(ApiKeys.METADATA, request -> new MetadataResponseData());

    @Test
    void servesTheConnectionsOfAListenerAsFastAsItsRate() throws Exception {
        try (NetServer server = Servers.start(ONE_A_SECOND, metadata)) {
            List<RawClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 12; i++) {
                    clients.add(new RawClient(Servers.port(server)).send(RawClient.metadata(i)));
                }
                long begun = System.nanoTime();
                for (int i = 0; i < 12; i++) {
                    assertThat(clients.get(i).receiveId()).isEqualTo(i);
                }
                assertThat(System.nanoTime() - begun).isGreaterThan(500_000_000L);
            } finally {
                for (RawClient client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void closesThoseOfAnAddressThatConnectsTooOftenAfterAWhile() throws Exception {
        QuotaThrottle throttle = new QuotaThrottle(Clock.system(), ThrottleConfig.DEFAULT);
        throttle.enforce(Map.of(
                new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.IP, null)),
                Map.of("connection_creation_rate", 1.0)));
        try (NetServer server = Servers.start(throttle, metadata)) {
            for (int i = 0; i < 10; i++) {
                try (RawClient client = new RawClient(Servers.port(server))) {
                    client.send(RawClient.metadata(i));
                    assertThat(client.receiveId()).isEqualTo(i);
                }
            }
            long begun = System.nanoTime();
            try (RawClient client = new RawClient(Servers.port(server))) {
                assertThat(client.isClosedByServer()).isTrue();
                assertThat(System.nanoTime() - begun).isGreaterThan(100_000_000L);
            }
            throttle.enforce(Map.of());
            try (RawClient client = new RawClient(Servers.port(server))) {
                client.send(RawClient.metadata(1));
                assertThat(client.receiveId()).isEqualTo(1);
            }
        }
    }
}
