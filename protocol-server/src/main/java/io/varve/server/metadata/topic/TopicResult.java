// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.requests.ApiError;

/**
 * The result of a request for one of its topics.
 *
 * @param error why the request was refused for this topic, or {@link ApiError#NONE}
 * @param name the topic's name, or null when unknown
 * @param id the topic's id, zero when unknown
 * @param partitions how many partitions it has now; 0 after an error
 * @param configs its own settings; empty after an error
 */
public record TopicResult(ApiError error, String name, Uuid id, int partitions, Map<String, String> configs) {
    /** @return the names of the topics for which a request was not refused */
    public static List<String> done(List<TopicResult> results) {
        return results.stream()
                .filter(each -> !each.error().isFailure())
                .map(TopicResult::name)
                .toList();
    }

    /**
     * @param name the topic's name, or null
     * @param id the topic's id, or zero
     * @param error why the request was refused
     */
    static TopicResult refused(String name, Uuid id, ApiError error) {
        return new TopicResult(error, name, id, 0, Map.of());
    }
}
