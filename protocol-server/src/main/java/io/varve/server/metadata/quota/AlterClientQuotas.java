// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.quota;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.image.ClientQuotaImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Changes the quotas of entities. Each entity's change is made or refused by itself.
 *
 * @param alterations the changes wanted
 * @param unresolved addresses among the entities that are neither an IP address nor the name of a host
 * @param validateOnly true to decide and change nothing
 */
public record AlterClientQuotas(List<ClientQuotaAlteration> alterations, Set<String> unresolved, boolean validateOnly)
        implements Command<MetadataState, ApiMessageAndVersion, Map<ClientQuotaEntity, ApiError>> {
    /** Max number of entities that have quotas. */
    static final int MAX_ENTITIES = 10_000;

    @Override
    public Decision<ApiMessageAndVersion, Map<ClientQuotaEntity, ApiError>> decide(MetadataState state) {
        Map<ClientQuotaEntity, ClientQuotaImage> present =
                state.image().clientQuotas().entities();
        Map<ClientQuotaEntity, ApiError> outcomes = new LinkedHashMap<>();
        List<ApiMessageAndVersion> events = new ArrayList<>();
        Set<ClientQuotaEntity> added = new HashSet<>();
        for (ClientQuotaAlteration alteration : alterations) {
            ClientQuotaEntity entity = alteration.entity();
            try {
                Map<String, Double> changes = changes(alteration);
                if (outcomes.containsKey(entity)) {
                    throw duplicate(entity);
                }
                ClientQuotaImage before = present.get(entity);
                Map<String, Double> quotas = before == null ? Map.of() : before.quotas();
                List<ApiMessageAndVersion> ofEntity = events(entity, changes, quotas);
                if (quotas.isEmpty() && !ofEntity.isEmpty()) {
                    requireSpace(present.size() + added.size());
                    added.add(entity);
                }
                events.addAll(ofEntity);
                outcomes.put(entity, ApiError.NONE);
            } catch (ApiException e) {
                outcomes.put(entity, ApiError.fromThrowable(e));
            }
        }
        return validateOnly ? Decision.nothing(outcomes) : new Decision<>(events, () -> outcomes);
    }

    private static InvalidRequestException duplicate(ClientQuotaEntity entity) {
        return new InvalidRequestException("Ignoring duplicate entity " + entity);
    }

    /** @return the new values by key, null for those to remove */
    private static Map<String, Double> changes(ClientQuotaAlteration alteration) {
        Map<String, Double> changes = new HashMap<>();
        for (Op op : alteration.ops()) {
            if (changes.containsKey(op.key())) {
                throw duplicate(alteration.entity()); // Kafka's words for it, also of a key
            }
            changes.put(op.key(), op.value());
        }
        return changes;
    }

    private List<ApiMessageAndVersion> events(
            ClientQuotaEntity entity, Map<String, Double> changes, Map<String, Double> present) {
        Map<String, ConfigKey> allowed = QuotaRules.quotas(entity, unresolved);
        List<ApiMessageAndVersion> events = new ArrayList<>();
        changes.forEach((key, value) -> {
            if (value == null) {
                if (present.containsKey(key)) {
                    events.add(MetadataEvents.removeQuota(entity, key));
                }
                return;
            }
            QuotaRules.checkValue(allowed, key, value);
            if (!value.equals(present.get(key))) {
                events.add(MetadataEvents.quota(entity, key, value));
            }
        });
        return events;
    }

    private static void requireSpace(int entities) {
        if (entities >= MAX_ENTITIES) {
            throw new PolicyViolationException(
                    "quotas of " + MAX_ENTITIES + " entities are kept, and there are so many already");
        }
    }
}
