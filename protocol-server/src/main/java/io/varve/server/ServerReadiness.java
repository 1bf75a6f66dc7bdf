// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.log.PartitionLog;
import io.varve.server.http.Readiness;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Tells which partitions clients cannot read and write: those that are not open, or that refuse writes. */
final class ServerReadiness implements Readiness {
    private static final int MAX_NAMED = 10;

    private final Topics topics;
    private final BooleanSupplier stopping;

    /**
     * @param topics the topics there are
     * @param stopping true once the server stops
     */
    ServerReadiness(Topics topics, BooleanSupplier stopping) {
        this.topics = topics;
        this.stopping = stopping;
    }

    @Override
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        if (stopping.getAsBoolean()) {
            reasons.add("the server is stopping");
        }
        int closed = 0;
        List<String> failed = new ArrayList<>();
        for (Topic topic : topics.all()) {
            List<PartitionLog> open = topic.open();
            closed += topic.count() - open.size();
            open.forEach(log ->
                    log.failure().ifPresent(why -> failed.add(log.id() + " refuses writes: " + why.getMessage())));
        }
        if (closed > 0) {
            reasons.add("partitions not open yet: " + closed);
        }
        failed.stream().limit(MAX_NAMED).forEach(reasons::add);
        if (failed.size() > MAX_NAMED) {
            reasons.add((failed.size() - MAX_NAMED) + " more partitions refuse writes");
        }
        return reasons;
    }
}
