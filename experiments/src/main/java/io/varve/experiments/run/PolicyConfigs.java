// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.log.config.PartitionConfig;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.TopicSettings;
import io.varve.experiments.scenario.TopicSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the configurations of partitions under a policy, of the run's scale. Stateless. */
final class PolicyConfigs {
    private PolicyConfigs() {}

    /** @return a configuration for each partition of each topic, in their order */
    static Map<TopicSpec, List<PartitionConfig>> of(Scenario scenario, PolicySpec policy) {
        TopicSettings settings = new TopicSettings(RunStorage.isTiered(scenario));
        Map<TopicSpec, List<PartitionConfig>> configs = new LinkedHashMap<>();
        for (TopicSpec topic : scenario.traffic().topics()) {
            Map<String, String> own = policy.settingsOf(topic);
            List<PartitionConfig> each = new ArrayList<>();
            for (int i = 0; i < topic.partitions(); i++) {
                PartitionConfig full = settings.partition(topic.name(), i, own);
                each.add(ScaledConfig.of(full, scenario.timing().scale()));
            }
            configs.put(topic, each);
        }
        return configs;
    }
}
