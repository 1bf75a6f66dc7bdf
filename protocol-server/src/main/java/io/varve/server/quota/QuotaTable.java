// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/**
 * The quotas of users and clients that are in force, and which of them a client has: the most specific one,
 * in Kafka's order. Immutable.
 */
final class QuotaTable {
    /** No quotas. */
    static final QuotaTable EMPTY = new QuotaTable(Map.of());

    /**
     * Whom a quota is of. Null stands for a part that is not named, and an empty name for the default.
     */
    private record Owner(String user, String clientId) {}

    /**
     * Who shares what a quota allows.
     *
     * @param user name of the user, or null where the user does not matter
     * @param clientId the client id, or null where it does not matter
     */
    record QuotaShare(String user, String clientId) {}

    /**
     * A quota of a client.
     *
     * @param share who shares it
     * @param bound what is allowed, per second
     */
    record Limit(QuotaShare share, double bound) {}

    private static final String DEFAULT = "";

    private final Map<QuotaKind, Map<Owner, Double>> bounds = new EnumMap<>(QuotaKind.class);

    private QuotaTable(Map<ClientQuotaEntity, Map<String, Double>> quotas) {
        quotas.forEach((entity, values) -> {
            Map<String, String> parts = entity.entries();
            if (!parts.containsKey(ClientQuotaEntity.IP)) {
                Owner owner = new Owner(part(parts, ClientQuotaEntity.USER), part(parts, ClientQuotaEntity.CLIENT_ID));
                for (QuotaKind kind : QuotaKind.values()) {
                    Double bound = values.get(kind.key());
                    if (bound != null) {
                        bounds.computeIfAbsent(kind, first -> new HashMap<>()).put(owner, bound);
                    }
                }
            }
        });
    }

    private static String part(Map<String, String> parts, String type) {
        String name = parts.get(type);
        return parts.containsKey(type) && name == null ? DEFAULT : name;
    }

    /**
     * @param quotas all quotas by entity and key, those of addresses included
     * @return those of users and clients
     */
    static QuotaTable of(Map<ClientQuotaEntity, Map<String, Double>> quotas) {
        QuotaTable table = new QuotaTable(quotas);
        return table.bounds.isEmpty() ? EMPTY : table;
    }

    /** @return true if anybody has a quota of the kind */
    boolean limits(QuotaKind kind) {
        return bounds.containsKey(kind);
    }

    /**
     * A client whose id is too long to have a quota of its own shares with the clients that have no id:
     * whoever measures would keep the ids.
     *
     * @return the client's quota of the kind, or null if it has none
     */
    Limit of(QuotaKind kind, QuotaClient client) {
        Map<Owner, Double> of = bounds.get(kind);
        if (of == null) {
            return null;
        }
        String user = client.user();
        String id = client.clientId().length() > QuotaClient.MAX_NAME_LENGTH ? DEFAULT : client.clientId();
        Limit limit = limit(of, user, id, user, id);
        limit = limit != null ? limit : limit(of, user, DEFAULT, user, id);
        limit = limit != null ? limit : limit(of, user, null, user, null);
        limit = limit != null ? limit : limit(of, DEFAULT, id, user, id);
        limit = limit != null ? limit : limit(of, DEFAULT, DEFAULT, user, id);
        limit = limit != null ? limit : limit(of, DEFAULT, null, user, null);
        limit = limit != null ? limit : limit(of, null, id, null, id);
        return limit != null ? limit : limit(of, null, DEFAULT, null, id);
    }

    private static Limit limit(
            Map<Owner, Double> bounds, String ownerUser, String ownerId, String user, String clientId) {
        Double bound = bounds.get(new Owner(ownerUser, ownerId));
        return bound == null ? null : new Limit(new QuotaShare(user, clientId), bound);
    }
}
