// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.runtime.Scheduler;
import io.varve.server.metadata.Topic;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator's time in office, from the creation of {@code __consumer_offsets} or the server's start to the server's end. The
 * coordinator starts in the background; topics that change meanwhile wait for it in line, so it misses none. Thread-safe.
 */
final class Tenure implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tenure.class);

    private final OrderedTasks changes;
    private final CompletableFuture<Coordinator> started = new CompletableFuture<>();

    Tenure(Supplier<Coordinator> coordinator, Scheduler scheduler) {
        changes = new OrderedTasks("group-metadata", scheduler);
        changes.add(() -> start(coordinator));
    }

    private void start(Supplier<Coordinator> coordinator) {
        try {
            Coordinator ready = coordinator.get();
            if (started.complete(ready)) {
                ready.loaded().thenRun(() -> changes.add(ready::forgetDeletedTopics));
            } else {
                ready.close();
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.error("The group coordinator does not start: groups are not served", e);
            started.completeExceptionally(new NotCoordinatorException("the group coordinator did not start", e));
        }
    }

    /** @return the coordinator; fails at once with COORDINATOR_LOAD_IN_PROGRESS while it starts */
    CompletableFuture<Coordinator> coordinator() {
        return started.isDone()
                ? started
                : CompletableFuture.failedFuture(
                        new CoordinatorLoadInProgressException("the group coordinator is starting"));
    }

    /** @return completes when the group's partition has been loaded */
    CompletableFuture<Void> loaded(String groupId) {
        return started.thenCompose(coordinator -> coordinator.loaded(groupId));
    }

    /** Passes on a change of a topic. Does not block. */
    void topicChanged(Topic before, Topic after) {
        changes.add(() -> {
            if (!started.isCompletedExceptionally()) {
                started.join().topicChanged(before, after);
            }
        });
    }

    /** Stops the coordinator, one that is still starting too. Takes some hundred ms. */
    @Override
    public void close() {
        changes.stop();
        started.completeExceptionally(new NotCoordinatorException("the group coordinator has stopped"));
        if (!started.isCompletedExceptionally()) {
            started.join().close();
        }
        changes.close();
    }
}
