// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ConnectionRatesTest {
    private static final String INSIDE = "INSIDE";
    private static final String OUTSIDE = "OUTSIDE";

    private final VirtualTime time = new VirtualTime(0);
    private final ConnectionRates rates = new QuotaThrottle(
                    time, new ThrottleConfig(QuotaWindow.DEFAULT, QuotaWindow.DEFAULT, Map.of(OUTSIDE, 5)))
            .connections();
    private final Map<ClientQuotaEntity, Map<String, Double>> quotas = new HashMap<>();

    @Test
    void isOffWithoutLimits() {
        assertThat(new QuotaThrottle(time, ThrottleConfig.DEFAULT).connections().isOn())
                .isFalse();
        assertThat(rates.isOn()).isTrue();
    }

    @Test
    void delaysWhatComesTooFastByAListenerOrByAll() {
        for (int i = 0; i < 50; i++) {
            assertThat(admit(OUTSIDE, 1)).isSameAs(ConnectionRates.RateVerdict.AT_ONCE);
        }
        assertThat(admit(OUTSIDE, 2)).isEqualTo(new ConnectionRates.RateVerdict(true, 200));
        assertThat(admit(INSIDE, 1)).isSameAs(ConnectionRates.RateVerdict.AT_ONCE);

        rates.limit(6);
        for (int i = 0; i < 8; i++) {
            assertThat(admit(INSIDE, 1)).isSameAs(ConnectionRates.RateVerdict.AT_ONCE);
        }
        assertThat(admit(INSIDE, 1).delayMs()).isPositive();
        rates.limit(ConnectionRates.UNLIMITED);
        assertThat(admit(INSIDE, 1)).isSameAs(ConnectionRates.RateVerdict.AT_ONCE);
    }

    @Test
    void neverDelaysForLongerThanASample() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(admit(OUTSIDE, 1).delayMs()).isBetween(0, 1_000);
        }
    }

    @Test
    void refusesAnAddressThatConnectsTooOftenAndNoOther() {
        quota("10.0.0.1", 2);
        quota(null, 4);
        for (int i = 0; i < 20; i++) {
            assertThat(admit(INSIDE, 1).accepted()).isTrue();
        }
        assertThat(admit(INSIDE, 1)).isEqualTo(new ConnectionRates.RateVerdict(false, 500));
        for (int i = 0; i < 40; i++) {
            assertThat(admit(INSIDE, 2).accepted()).isTrue();
        }
        assertThat(admit(INSIDE, 2).accepted()).isFalse();
        quotas.clear();
        rates.enforce(quotas);
        assertThat(admit(INSIDE, 1)).isSameAs(ConnectionRates.RateVerdict.AT_ONCE);
    }

    /** What is refused does not count, so that an address which tries on and on gets its rate. */
    @Test
    void holdsAnAddressToItsRate() {
        quota("10.0.0.1", 5);
        int accepted = 0;
        for (int i = 0; i < 10_000; i++) {
            accepted += admit(INSIDE, 1).accepted() ? 1 : 0;
            time.advance(20);
        }
        assertThat(accepted / 200.0).isCloseTo(5, Percentage.withPercentage(10));
    }

    /** A refused connection of an address takes nothing from the listener's rate. */
    @Test
    void doesNotCountRefusedConnectionsAgainstOthers() {
        quota("10.0.0.1", 1);
        for (int i = 0; i < 1_000; i++) {
            admit(OUTSIDE, 1);
        }
        for (int i = 0; i < 40; i++) {
            assertThat(admit(OUTSIDE, 2)).isSameAs(ConnectionRates.RateVerdict.AT_ONCE);
        }
    }

    @Test
    void looksUpNamesOfHosts() throws UnknownHostException {
        InetAddress here = InetAddress.getByName("localhost");
        Runnable stale = quota("localhost", 2).orElseThrow();
        Runnable lookUp = quota("localhost", 1).orElseThrow();
        stale.run();
        for (int i = 0; i < 30; i++) {
            assertThat(rates.admit(INSIDE, here).accepted()).isTrue();
        }
        lookUp.run();
        for (int i = 0; i < 10; i++) {
            assertThat(rates.admit(INSIDE, here).accepted()).isTrue();
        }
        assertThat(rates.admit(INSIDE, here).accepted()).isFalse();
    }

    private Optional<Runnable> quota(String address, double perSecond) {
        quotas.put(
                new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.IP, address)),
                Map.of("connection_creation_rate", perSecond));
        return rates.enforce(quotas);
    }

    private ConnectionRates.RateVerdict admit(String listener, int host) {
        try {
            return rates.admit(listener, InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) host}));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
