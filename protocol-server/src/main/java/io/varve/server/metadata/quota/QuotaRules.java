// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.quota;

import io.varve.server.quota.QuotaClient;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.server.config.QuotaConfig;

/** Says which entities may have which quotas, in Kafka's order of checks and words. Stateless. */
final class QuotaRules {
    private static final double FRACTION = 1e-6;
    private static final Map<String, ConfigKey> OF_ADDRESSES =
            QuotaConfig.ipConfigs().configKeys();
    private static final Map<String, ConfigKey> OF_USERS_AND_CLIENTS =
            QuotaConfig.userAndClientQuotaConfigs().configKeys();

    private QuotaRules() {}

    /**
     * @param entity any entity
     * @param unresolved addresses that are neither an IP address nor the name of a host
     * @return the quotas that the entity may have
     * @throws InvalidRequestException if there can be no such entity
     */
    static Map<String, ConfigKey> quotas(ClientQuotaEntity entity, Set<String> unresolved) {
        Map<String, String> parts = entity.entries();
        if (parts.isEmpty()) {
            throw new InvalidRequestException("Invalid empty client quota entity");
        }
        parts.forEach(QuotaRules::checkPart);
        if (!parts.containsKey(ClientQuotaEntity.IP)) {
            return OF_USERS_AND_CLIENTS;
        }
        if (parts.size() > 1) {
            throw new InvalidRequestException(
                    "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
        }
        String address = parts.get(ClientQuotaEntity.IP);
        if (address != null && unresolved.contains(address)) {
            throw new InvalidRequestException(address + " is not a valid IP or resolvable host.");
        }
        return OF_ADDRESSES;
    }

    private static void checkPart(String type, String name) {
        if (!ClientQuotaEntity.isValidEntityType(type)) {
            throw new InvalidRequestException("Unhandled client quota entity type: " + type);
        }
        if (name != null && name.isEmpty()) {
            throw new InvalidRequestException("Empty " + type + " not supported");
        }
        if (name != null && name.length() > QuotaClient.MAX_NAME_LENGTH) {
            throw new InvalidRequestException(
                    "A " + type + " has at most " + QuotaClient.MAX_NAME_LENGTH + " characters");
        }
    }

    /** @throws InvalidRequestException if there is no such quota, or the value is none of its values */
    static void checkValue(Map<String, ConfigKey> allowed, String key, double value) {
        ConfigKey quota = allowed.get(key);
        if (quota == null) {
            throw new InvalidRequestException("Invalid configuration key " + key);
        }
        if (!(value > 0)) {
            throw new InvalidRequestException("Quota " + key + " must be greater than 0");
        }
        if (quota.type() == ConfigDef.Type.INT && value > Integer.MAX_VALUE) {
            throw new InvalidRequestException("Proposed value for " + key + " is too large for an INT.");
        }
        if (quota.type() == ConfigDef.Type.LONG && value > Long.MAX_VALUE) {
            throw new InvalidRequestException("Proposed value for " + key + " is too large for a LONG.");
        }
        if (quota.type() != ConfigDef.Type.DOUBLE && value % 1 > FRACTION) {
            throw new InvalidRequestException(key + " cannot be a fractional value.");
        }
    }
}
