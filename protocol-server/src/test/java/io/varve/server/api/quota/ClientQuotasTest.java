// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.HandlerExchange;
import io.varve.server.api.NodeHandlers;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.quota.AddressText;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientQuotasTest {
    private static final int MAX_ENTITIES = 10_000;

    private final MetadataFixture node = new MetadataFixture(3);

    @BeforeEach
    void start() {
        node.start();
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void quotasSurviveARestartUntilTheyAreRemoved() {
        assertThat(alter(List.of(entry("user", "a", 5, false)))).containsExactly(Errors.NONE.code());
        node.restart();
        assertThat(described()).isEqualTo(1);
        assertThat(alter(List.of(entry("user", "a", 0, true)))).containsExactly(Errors.NONE.code());
        node.restart();
        assertThat(described()).isZero();
    }

    /** No client can make the metadata grow without end. */
    @Test
    void entitiesAreLimited() {
        List<EntryData> many = IntStream.range(0, MAX_ENTITIES + 2)
                .mapToObj(i -> entry("user", "user-" + i, 5, false))
                .toList();
        List<Short> outcomes = alter(many);
        assertThat(outcomes).filteredOn(code -> code == Errors.NONE.code()).hasSize(MAX_ENTITIES);
        assertThat(outcomes)
                .filteredOn(code -> code == Errors.POLICY_VIOLATION.code())
                .hasSize(2);
        assertThat(alter(List.of(entry("user", "user-1", 6, false)))).containsExactly(Errors.NONE.code());
        assertThat(described()).isEqualTo(MAX_ENTITIES);
    }

    @Test
    void whatIsNoNumberIsRefused() {
        assertThat(alter(List.of(entry("user", "a", Double.NaN, false))))
                .containsExactly(Errors.INVALID_REQUEST.code());
    }

    /** A request cannot keep a thread at looking up names. */
    @Test
    void namesOfHostsAreLimited() {
        assertThat(alter(List.of(address("localhost")))).containsExactly(Errors.NONE.code());
        List<EntryData> unknown =
                IntStream.range(0, 5_000).mapToObj(i -> address("no host " + i)).toList();
        assertThat(alter(unknown)).containsOnly(Errors.INVALID_REQUEST.code());
        assertThat(alter(List.of(address("::1"), address("10.0.0.1")))).containsOnly(Errors.NONE.code());
    }

    /** Java looks up a name with a colon in it, too. */
    @Test
    void nothingWithAColonIsLookedUp() {
        for (String literal : List.of("::1", "fe80::1%lo", "[::1]", "10.0.0.1", "a:b", "1:")) {
            assertThat(AddressText.isLiteral(literal)).as(literal).isTrue();
        }
        for (String other : List.of("host:80", "localhost", "[host:80]", "h::1", "")) {
            assertThat(AddressText.isLiteral(other)).as(other).isFalse();
        }
        assertThat(alter(List.of(address("localhost:80"), address("[::1]"))))
                .containsExactly(Errors.INVALID_REQUEST.code(), Errors.NONE.code());
    }

    private static EntryData address(String name) {
        EntryData entry = entry("ip", name, 5, false);
        entry.ops().get(0).setKey("connection_creation_rate");
        return entry;
    }

    private static EntryData entry(String type, String name, double value, boolean remove) {
        return new EntryData()
                .setEntity(List.of(new EntityData().setEntityType(type).setEntityName(name)))
                .setOps(List.of(new OpData()
                        .setKey("producer_byte_rate")
                        .setValue(value)
                        .setRemove(remove)));
    }

    private List<Short> alter(List<EntryData> entries) {
        AlterClientQuotasResponseData response =
                exchange(ApiKeys.ALTER_CLIENT_QUOTAS, new AlterClientQuotasRequestData().setEntries(entries));
        return response.entries().stream()
                .map(AlterClientQuotasResponseData.EntryData::errorCode)
                .toList();
    }

    private int described() {
        DescribeClientQuotasResponseData response =
                exchange(ApiKeys.DESCRIBE_CLIENT_QUOTAS, new DescribeClientQuotasRequestData());
        return response.entries().size();
    }

    private <R extends ApiMessage> R exchange(ApiKeys api, ApiMessage asked) {
        ClusterInfo self = new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, null);
        return HandlerExchange.of(NodeHandlers.context(node, self, GroupsConfig.parse(Map.of())), api, 1, asked);
    }
}
