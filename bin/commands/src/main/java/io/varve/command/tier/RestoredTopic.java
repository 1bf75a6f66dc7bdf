// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Describes a topic that begins with the records of another one in the bucket.
 *
 * @param source the other topic
 * @param point where the copy ends, exclusive: {@code offset:N} or {@code time:MS}
 * @param name the new topic's name
 * @param configs settings of the new topic
 */
record RestoredTopic(String source, String point, String name, Map<String, String> configs) {
    /**
     * The topic setting that names the source: {@code TOPIC@offset:N} or {@code TOPIC@time:MS}. It counts
     * when the topic is created.
     */
    static final String RESTORE_FROM = "varve.restore.from";

    /** Copies the settings. */
    RestoredTopic {
        configs = Map.copyOf(configs);
    }

    /**
     * @param partitions number of the source's partitions
     * @return what the server creates. Its records stay until an operator says otherwise: with the server's
     *     defaults, retention could delete at once what was restored
     */
    NewTopic create(int partitions) {
        Map<String, String> all = new TreeMap<>(Map.of("retention.ms", "-1", "retention.bytes", "-1"));
        all.putAll(configs);
        all.put(RESTORE_FROM, source + "@" + point);
        return new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(all);
    }
}
