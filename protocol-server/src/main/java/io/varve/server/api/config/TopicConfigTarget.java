// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.metadata.config.TopicConfigs;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;

/**
 * Checks changes of the settings of topics.
 *
 * @param definitions definitions of the settings
 */
record TopicConfigTarget(TopicConfigs definitions) implements ConfigTarget {
    @Override
    public void checkName(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Default topic resources are not allowed.");
        }
        Topic.validate(name);
        // The metadata checks that the topic exists, when it decides the change.
    }

    @Override
    public int maxConfigured() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void requireList(String key, OpType operation) {
        ConfigTarget.requireList(TopicConfigs.isList(key), key, operation);
    }

    @Override
    public String effectiveValue(String key, Map<String, String> own) {
        return definitions.value(key, own);
    }

    @Override
    public void validate(String name, Map<String, String> wanted) {
        // The metadata validates topic settings when it decides the change.
    }
}
