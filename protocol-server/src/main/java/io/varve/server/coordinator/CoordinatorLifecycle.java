// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.runtime.Scheduler;
import io.varve.server.metadata.topic.Topic;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops one coordinator, and notifies it of changes of topics. The coordinator starts in the
 * background; changes are queued meanwhile, so that it misses none. Thread-safe.
 */
final class CoordinatorLifecycle<C extends HostedCoordinator> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLifecycle.class);

    private final String name;
    private final SerialExecutor changes;
    private final CompletableFuture<C> started = new CompletableFuture<>();

    /** @param name the name of the coordinator, for threads and messages */
    CoordinatorLifecycle(String name, Supplier<C> coordinator, Scheduler scheduler) {
        this.name = name;
        changes = new SerialExecutor(name + "-metadata", scheduler);
        changes.add(() -> start(coordinator));
    }

    private void start(Supplier<C> coordinator) {
        try {
            C ready = coordinator.get();
            if (started.complete(ready)) {
                ready.loading().all().thenRun(() -> changes.add(ready::allLoaded));
            } else {
                ready.close();
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "The {} coordinator does not start and refuses its clients until the server is restarted", name, e);
            started.completeExceptionally(new NotCoordinatorException("the " + name + " coordinator did not start", e));
        }
    }

    /**
     * @return the coordinator; fails at once with COORDINATOR_LOAD_IN_PROGRESS while the coordinator starts
     */
    CompletableFuture<C> coordinator() {
        return started.isDone()
                ? started
                : CompletableFuture.failedFuture(
                        new CoordinatorLoadInProgressException("the " + name + " coordinator is starting"));
    }

    /** @return completes when the key's partition has been loaded */
    CompletableFuture<Void> loaded(String key) {
        return started.thenCompose(coordinator -> coordinator.loading().of(coordinator.partitionFor(key)));
    }

    /** Queues a change of a topic for the coordinator. Does not block. */
    void topicChanged(Topic before, Topic after) {
        changes.add(() -> {
            if (!started.isCompletedExceptionally()) {
                started.join().topicChanged(before, after);
            }
        });
    }

    /** Stops the coordinator, even while it starts. Takes some hundred ms. */
    @Override
    public void close() {
        changes.stop();
        started.completeExceptionally(new NotCoordinatorException("the " + name + " coordinator has stopped"));
        if (!started.isCompletedExceptionally()) {
            started.join().close();
        }
        changes.close();
    }
}
