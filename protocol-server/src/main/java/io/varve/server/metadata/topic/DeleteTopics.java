// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.config.RetentionHolds;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Deletes topics on a client's behalf. Each is deleted or refused by itself.
 *
 * @param topics the topics as the client names them
 * @param quota gets the number of partitions of each topic, and refuses it by an exception of Kafka
 */
public record DeleteTopics(List<TopicRef> topics, IntConsumer quota)
        implements Command<MetadataState, ApiMessageAndVersion, List<TopicResult>> {
    @Override
    public Decision<ApiMessageAndVersion, List<TopicResult>> decide(MetadataState state) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<TopicResult> outcomes = new ArrayList<>(topics.size());
        Set<Uuid> removed = new HashSet<>();
        for (TopicRef ref : topics) {
            TopicImage topic = ref.name() != null ? state.topic(ref.name()) : state.topic(ref.id());
            if (topic == null || removed.contains(topic.id())) {
                outcomes.add(TopicResult.refused(ref.name(), ref.id(), unknown(ref)));
            } else if (ReservedTopics.contains(topic.name())) {
                outcomes.add(TopicResult.refused(topic.name(), topic.id(), reserved(topic.name())));
            } else if (!RetentionHolds.only(state.topicConfigs(topic.name())).isEmpty()) {
                outcomes.add(TopicResult.refused(topic.name(), topic.id(), held(state.topicConfigs(topic.name()))));
            } else {
                outcomes.add(delete(topic, removed, events));
            }
        }
        return new Decision<>(events, () -> outcomes);
    }

    private TopicResult delete(TopicImage topic, Set<Uuid> removed, List<ApiMessageAndVersion> events) {
        try {
            quota.accept(topic.partitions().size());
        } catch (ApiException e) {
            return TopicResult.refused(topic.name(), topic.id(), ApiError.fromThrowable(e));
        }
        removed.add(topic.id());
        events.add(MetadataEvents.removeTopic(topic.id()));
        return new TopicResult(ApiError.NONE, topic.name(), topic.id(), 0, Map.of());
    }

    private static ApiError held(Map<String, String> configs) {
        return new ApiError(
                Errors.POLICY_VIOLATION,
                "Records of the topic are held by "
                        + String.join(", ", RetentionHolds.only(configs).keySet()) + ": delete that setting first.");
    }

    private static ApiError unknown(TopicRef ref) {
        return new ApiError(ref.name() != null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID);
    }

    /** @return why a client may not change one of the broker's own topics */
    static ApiError reserved(String name) {
        return new ApiError(
                Errors.INVALID_REQUEST,
                "Topic '" + name + "' is the broker's own; clients cannot delete or resize it.");
    }
}
