// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.List;

/**
 * Describes topics, and who writes and reads them.
 *
 * @param topics at least one, each name once
 * @param producers each writes to one of the topics
 * @param consumers each reads one of the topics; each name once
 */
public record Traffic(List<TopicSpec> topics, List<ProducerSpec> producers, List<ConsumerSpec> consumers) {
    /** Copies the lists. */
    public Traffic {
        topics = List.copyOf(topics);
        producers = List.copyOf(producers);
        consumers = List.copyOf(consumers);
    }
}
