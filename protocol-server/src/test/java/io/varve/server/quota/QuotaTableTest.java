// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;

class QuotaTableTest {
    private static final QuotaClient ANN = new QuotaClient("ann", "app");

    private final Map<ClientQuotaEntity, Map<String, Double>> quotas = new HashMap<>();

    /** Kafka's order, the most specific one first; the bound of each is its place. */
    @Test
    void takesTheMostSpecificQuota() {
        List<Map<String, String>> owners = new ArrayList<>();
        owners.add(Map.of("user", "ann", "client-id", "app"));
        owners.add(parts("user", "ann", "client-id", null));
        owners.add(parts("user", "ann"));
        owners.add(parts("user", null, "client-id", "app"));
        owners.add(parts("user", null, "client-id", null));
        owners.add(parts("user", null));
        owners.add(parts("client-id", "app"));
        owners.add(parts("client-id", null));
        List<QuotaTable.QuotaShare> shares = new ArrayList<>();
        for (int i = owners.size() - 1; i >= 0; i--) {
            quotas.put(new ClientQuotaEntity(owners.get(i)), Map.of("producer_byte_rate", (double) i));
            QuotaTable.Limit limit = QuotaTable.of(quotas).of(QuotaKind.PRODUCE, ANN);
            assertThat(limit.bound()).isEqualTo(i);
            shares.add(0, limit.share());
        }
        QuotaTable.QuotaShare ofBoth = new QuotaTable.QuotaShare("ann", "app");
        QuotaTable.QuotaShare ofUser = new QuotaTable.QuotaShare("ann", null);
        QuotaTable.QuotaShare ofClient = new QuotaTable.QuotaShare(null, "app");
        assertThat(shares).containsExactly(ofBoth, ofBoth, ofUser, ofBoth, ofBoth, ofUser, ofClient, ofClient);
    }

    @Test
    void concernsOnlyThoseWhoAreNamed() {
        quotas.put(new ClientQuotaEntity(parts("user", "bob")), Map.of("producer_byte_rate", 1.0));
        quotas.put(
                new ClientQuotaEntity(parts("user", "ann", "client-id", "other")), Map.of("producer_byte_rate", 2.0));
        QuotaTable table = QuotaTable.of(quotas);
        assertThat(table.of(QuotaKind.PRODUCE, ANN)).isNull();
        assertThat(table.limits(QuotaKind.PRODUCE)).isTrue();
        assertThat(table.limits(QuotaKind.FETCH)).isFalse();
        assertThat(table.of(QuotaKind.FETCH, new QuotaClient("bob", "app"))).isNull();
    }

    @Test
    void limitsAClientWithoutAnIdByTheDefault() {
        quotas.put(new ClientQuotaEntity(parts("client-id", null)), Map.of("consumer_byte_rate", 3.0));
        assertThat(QuotaTable.of(quotas).of(QuotaKind.FETCH, new QuotaClient("ann", "")))
                .isEqualTo(new QuotaTable.Limit(new QuotaTable.QuotaShare(null, ""), 3));
    }

    @Test
    void isEmptyWithQuotasOfAddressesAlone() {
        quotas.put(new ClientQuotaEntity(parts("ip", "10.0.0.1")), Map.of("connection_creation_rate", 3.0));
        assertThat(QuotaTable.of(quotas)).isSameAs(QuotaTable.EMPTY);
    }

    private static Map<String, String> parts(String... typesAndNames) {
        Map<String, String> parts = new HashMap<>();
        for (int i = 0; i < typesAndNames.length; i += 2) {
            parts.put(typesAndNames[i], typesAndNames[i + 1]);
        }
        return parts;
    }
}
