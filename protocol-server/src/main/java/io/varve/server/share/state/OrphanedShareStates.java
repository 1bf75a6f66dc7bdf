// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import io.varve.server.metadata.topic.Topics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotKey;

/** Finds states of deleted topics, which remain if the server stops right after a deletion. Thread-safe. */
final class OrphanedShareStates {
    private final Topics topics;
    private final Map<Uuid, String> found = new ConcurrentHashMap<>();

    OrphanedShareStates(Topics topics) {
        this.topics = topics;
    }

    /** Checks an event that is loaded. */
    void check(CoordinatorRecord event) {
        if (event.key() instanceof ShareSnapshotKey key
                && event.value() != null
                && topics.byId(key.topicId()) == null) {
            // The name is lost. Only the id matters: states are kept by it.
            found.put(key.topicId(), key.topicId().toString());
        }
    }

    /** @return names of the deleted topics, by id */
    Map<Uuid, String> found() {
        return Map.copyOf(found);
    }
}
