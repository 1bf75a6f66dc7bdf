// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;

/**
 * Calls of Kafka's administration client about quotas and credentials, whose outcome is the same on every
 * broker when they are made in this order.
 */
enum UserCall {
    DESCRIBES_NO_QUOTAS(admin -> quotas(admin, ClientQuotaFilter.all())),
    SETS_A_USERS_QUOTAS(admin ->
            set(admin, entity("user", "a"), new Op("producer_byte_rate", 1000.0), new Op("request_percentage", 12.5))),
    SETS_A_QUOTA_OF_A_USERS_CLIENT(
            admin -> set(admin, entity("user", "a", "client-id", "c"), new Op("consumer_byte_rate", 5000.0))),
    SETS_A_DEFAULT(admin -> set(admin, entity("client-id", null), new Op("controller_mutation_rate", 3.0))),
    SETS_AN_ADDRESS_QUOTA(admin -> set(admin, entity("ip", "10.1.2.3"), new Op("connection_creation_rate", 7.0))),
    ONLY_CHECKS(admin -> admin.alterClientQuotas(
                    List.of(alteration(entity("user", "checked"), new Op("producer_byte_rate", 1.0))),
                    new AlterClientQuotasOptions().validateOnly(true))
            .all()),
    DESCRIBES_ALL_QUOTAS(admin -> quotas(admin, ClientQuotaFilter.all())),
    DESCRIBES_THE_QUOTAS_OF_A_USER(admin ->
            quotas(admin, ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntity("user", "a"))))),
    DESCRIBES_THE_QUOTAS_OF_JUST_A_USER(admin ->
            quotas(admin, ClientQuotaFilter.containsOnly(List.of(ClientQuotaFilterComponent.ofEntity("user", "a"))))),
    DESCRIBES_DEFAULTS(admin -> quotas(
            admin, ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofDefaultEntity("client-id"))))),
    DESCRIBES_BOTH_ADDRESSES_AND_USERS(admin -> quotas(
            admin,
            ClientQuotaFilter.contains(List.of(
                    ClientQuotaFilterComponent.ofEntityType("ip"), ClientQuotaFilterComponent.ofEntityType("user"))))),
    DESCRIBES_AN_UNKNOWN_TYPE(admin ->
            quotas(admin, ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("made-up"))))),
    SETS_AN_UNKNOWN_QUOTA(admin -> set(admin, entity("user", "a"), new Op("made_up", 1.0))),
    SETS_A_NEGATIVE_QUOTA(admin -> set(admin, entity("user", "a"), new Op("producer_byte_rate", -1.0))),
    SETS_A_FRACTION_OF_A_BYTE(admin -> set(admin, entity("user", "a"), new Op("producer_byte_rate", 1.5))),
    SETS_TOO_LARGE_A_QUOTA(admin -> set(admin, entity("ip", "10.1.2.3"), new Op("connection_creation_rate", 1e12))),
    SETS_A_QUOTA_OF_AN_UNKNOWN_TYPE(admin -> set(admin, entity("made-up", "a"), new Op("producer_byte_rate", 1.0))),
    SETS_A_QUOTA_OF_AN_ADDRESS_AND_A_USER(
            admin -> set(admin, entity("ip", "10.1.2.3", "user", "a"), new Op("connection_creation_rate", 1.0))),
    SETS_A_QUOTA_OF_NO_HOST(admin -> set(admin, entity("ip", "no such host"), new Op("connection_creation_rate", 1.0))),
    SETS_A_QUOTA_OF_NO_NAME(admin -> set(admin, entity("user", ""), new Op("producer_byte_rate", 1.0))),
    SETS_A_QUOTA_TWICE(admin ->
            set(admin, entity("user", "a"), new Op("producer_byte_rate", 1.0), new Op("producer_byte_rate", 2.0))),
    REMOVES_A_QUOTA(admin -> set(admin, entity("user", "a"), new Op("producer_byte_rate", null))),
    REMOVES_WHAT_IS_NOT_SET(admin -> set(admin, entity("user", "nobody"), new Op("producer_byte_rate", null))),
    DESCRIBES_WHAT_IS_LEFT(admin -> quotas(admin, ClientQuotaFilter.all())),

    DESCRIBES_NO_CREDENTIALS(admin -> credentials(admin)),
    STORES_A_CREDENTIAL(admin -> alter(admin, upsertion("user", ScramMechanism.SCRAM_SHA_256, 4096))),
    STORES_ANOTHER(admin -> alter(admin, upsertion("user", ScramMechanism.SCRAM_SHA_512, 8192))),
    DESCRIBES_A_USER(admin -> credentials(admin, "user")),
    DESCRIBES_AN_UNKNOWN_USER(admin -> credentials(admin, "nobody")),
    DESCRIBES_A_USER_TWICE(admin -> credentials(admin, "user", "user")),
    STORES_WITH_TOO_FEW_ITERATIONS(admin -> alter(admin, upsertion("few", ScramMechanism.SCRAM_SHA_256, 4095))),
    STORES_WITH_TOO_MANY_ITERATIONS(admin -> alter(admin, upsertion("many", ScramMechanism.SCRAM_SHA_256, 16_385))),
    STORES_FOR_NO_NAME(admin -> alter(admin, upsertion("", ScramMechanism.SCRAM_SHA_256, 4096))),
    STORES_BY_AN_UNKNOWN_MECHANISM(admin -> alter(admin, upsertion("user", ScramMechanism.UNKNOWN, 4096))),
    DELETES_WHAT_IS_NOT_THERE(
            admin -> alter(admin, new UserScramCredentialDeletion("nobody", ScramMechanism.SCRAM_SHA_256))),
    CHANGES_A_USER_TWICE(admin -> alter(
            admin,
            upsertion("user", ScramMechanism.SCRAM_SHA_256, 5000),
            new UserScramCredentialDeletion("user", ScramMechanism.SCRAM_SHA_512))),
    DELETES_A_CREDENTIAL(admin -> alter(admin, new UserScramCredentialDeletion("user", ScramMechanism.SCRAM_SHA_256))),
    DESCRIBES_WHO_IS_LEFT(admin -> credentials(admin));

    private final AdminCall.Call call;

    UserCall(AdminCall.Call call) {
        this.call = call;
    }

    boolean changesNothing() {
        return name().startsWith("DESCRIBES");
    }

    String outcome(Admin admin) {
        return AdminCall.outcome(admin, call);
    }

    private static ClientQuotaEntity entity(String... typesAndNames) {
        Map<String, String> parts = new HashMap<>();
        for (int i = 0; i < typesAndNames.length; i += 2) {
            parts.put(typesAndNames[i], typesAndNames[i + 1]);
        }
        return new ClientQuotaEntity(parts);
    }

    private static ClientQuotaAlteration alteration(ClientQuotaEntity entity, Op... ops) {
        return new ClientQuotaAlteration(entity, Arrays.asList(ops));
    }

    private static KafkaFuture<?> set(Admin admin, ClientQuotaEntity entity, Op... ops) {
        return admin.alterClientQuotas(List.of(alteration(entity, ops))).all();
    }

    private static KafkaFuture<?> quotas(Admin admin, ClientQuotaFilter filter) {
        return admin.describeClientQuotas(filter).entities().thenApply(entities -> {
            Map<String, Object> sorted = new TreeMap<>();
            entities.forEach(
                    (entity, quotas) -> sorted.put(new TreeMap<>(entity.entries()).toString(), new TreeMap<>(quotas)));
            return sorted;
        });
    }

    private static UserScramCredentialUpsertion upsertion(String user, ScramMechanism mechanism, int iterations) {
        return new UserScramCredentialUpsertion(
                user,
                new ScramCredentialInfo(mechanism, iterations),
                "secret".getBytes(StandardCharsets.UTF_8),
                "salt".getBytes(StandardCharsets.UTF_8));
    }

    private static KafkaFuture<?> alter(Admin admin, UserScramCredentialAlteration... alterations) {
        return admin.alterUserScramCredentials(Arrays.asList(alterations)).all();
    }

    private static KafkaFuture<?> credentials(Admin admin, String... users) {
        return admin.describeUserScramCredentials(Arrays.asList(users))
                .all()
                .thenApply(described -> new TreeMap<>(described)
                        .entrySet().stream()
                                .map(each -> each.getKey() + "="
                                        + each.getValue().credentialInfos().stream()
                                                .map(ScramCredentialInfo::toString)
                                                .sorted()
                                                .toList())
                                .collect(Collectors.joining(", ")));
    }
}
