// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

/** Is called when topics are created, change or are deleted, one change after the other. */
@FunctionalInterface
public interface TopicListener {
    /**
     * A topic has changed. Called in the order of the changes, after {@link Topics} shows the new state; must
     * be short and must not block.
     *
     * @param before the topic as it was, or null when it is new
     * @param after the topic as it is, with the same id, or null when it was deleted
     */
    void changed(Topic before, Topic after);
}
