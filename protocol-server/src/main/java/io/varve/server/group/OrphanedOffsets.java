// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.server.metadata.topic.Topics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * Finds committed offsets of deleted topics, which remain if the server stops right after a topic was
 * deleted. Thread-safe.
 */
final class OrphanedOffsets {
    private final Topics topics;
    private final Map<Uuid, String> found = new ConcurrentHashMap<>();

    OrphanedOffsets(Topics topics) {
        this.topics = topics;
    }

    /** Checks an event that is loaded. */
    void check(CoordinatorRecord event) {
        if (event.key() instanceof OffsetCommitKey key
                && event.value() != null
                && event.value().message() instanceof OffsetCommitValue value
                && !value.topicId().equals(Uuid.ZERO_UUID)
                && topics.byId(value.topicId()) == null) {
            found.put(value.topicId(), key.topic());
        }
    }

    /** @return names of the deleted topics, by id */
    Map<Uuid, String> found() {
        return Map.copyOf(found);
    }
}
