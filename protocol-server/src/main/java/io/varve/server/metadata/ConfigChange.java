// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A change of one topic's own settings.
 *
 * @param topic the topic's name
 * @param change makes the settings wanted from those there are, without changing its argument; may refuse with a Kafka {@link
 *     org.apache.kafka.common.errors.ApiException}
 */
public record ConfigChange(String topic, UnaryOperator<Map<String, String>> change) {}
