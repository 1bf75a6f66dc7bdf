// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import org.apache.kafka.common.Uuid;

/**
 * A topic as a client names it: by name or by id.
 *
 * @param name its name, or null
 * @param id its id; zero when named by name
 */
public record TopicRef(String name, Uuid id) {
    /** @return the topic with this name */
    public static TopicRef named(String name) {
        return new TopicRef(name, Uuid.ZERO_UUID);
    }
}
