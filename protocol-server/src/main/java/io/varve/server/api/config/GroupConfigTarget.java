// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.group.GroupSettings;
import io.varve.server.group.Groups;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Checks changes of the settings of groups; the group need not exist.
 *
 * @param settings definitions of the settings
 * @param maxConfigured max number of groups
 */
record GroupConfigTarget(GroupSettings settings, int maxConfigured) implements ConfigTarget {
    @Override
    public void checkName(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Default group resources are not allowed.");
        }
        if (name.length() > Groups.MAX_ID_LENGTH) {
            throw new InvalidRequestException("a group's name has at most " + Groups.MAX_ID_LENGTH + " characters");
        }
    }

    @Override
    public void requireList(String key, OpType operation) {
        ConfigTarget.requireList(GroupSettings.isList(key), key, operation);
    }

    @Override
    public String effectiveValue(String key, Map<String, String> own) {
        return own.get(key);
    }

    @Override
    public void validate(String name, Map<String, String> wanted) {
        settings.validate(wanted);
    }
}
