// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.runtime.Scheduler;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreator;
import io.varve.server.metadata.topic.Topics;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.errors.NotCoordinatorException;

/**
 * Makes a coordinator's topic, starts the coordinator and passes calls on to it. The coordinator starts, and
 * its topic is made, at the first look-up; where the topic is there already, in the background of the
 * server's start. A server that nobody uses it on pays nothing for it. Thread-safe.
 *
 * @param <C> the coordinator
 */
public final class CoordinatorHost<C extends HostedCoordinator> implements AutoCloseable {
    /**
     * How long in ms a look-up waits for a partition to be loaded. After that it is answered, and clients ask
     * again.
     */
    private static final long LOAD_WAIT_MS = 1_000;

    /**
     * Says what is hosted.
     *
     * @param name for threads and messages, for example {@code group}
     * @param topic where its events go
     * @param partitions how many the topic gets when it is made
     * @param configs the settings the topic gets when it is made
     */
    public record Plan(String name, String topic, int partitions, Map<String, String> configs) {}

    /**
     * Starts a coordinator.
     *
     * @param <C> the coordinator
     */
    @FunctionalInterface
    public interface Opening<C> {
        /**
         * @param topic where its events are
         * @param known the topics before the first one it is told of
         * @return the coordinator, loading
         */
        C open(Topic topic, Collection<Topic> known);
    }

    private final Plan plan;
    private final Topics topics;
    private final TopicCreator creation;
    private final Scheduler scheduler;
    private final Opening<C> opening;
    /** Null before there is the topic, and after the end. Written under this object's lock. */
    private volatile CoordinatorLifecycle<C> lifecycle;

    private boolean closed;

    private CoordinatorHost(Plan plan, Topics topics, TopicCreator creation, Scheduler scheduler, Opening<C> opening) {
        this.plan = plan;
        this.topics = topics;
        this.creation = creation;
        this.scheduler = scheduler;
        this.opening = opening;
    }

    /**
     * Begins to serve. Returns at once: what is already in the log is loaded in the background.
     *
     * @param <C> the coordinator
     * @param plan what is hosted
     * @param topics where its topic is found
     * @param creation makes its topic
     * @param scheduler gives threads, once it is used
     * @param opening starts the coordinator; runs on a thread that may block
     * @return the host; close it before the log engine
     */
    public static <C extends HostedCoordinator> CoordinatorHost<C> open(
            Plan plan, Topics topics, TopicCreator creation, Scheduler scheduler, Opening<C> opening) {
        CoordinatorHost<C> host = new CoordinatorHost<>(plan, topics, creation, scheduler, opening);
        topics.addListener(host::topicChanged);
        return host;
    }

    private synchronized void topicChanged(Topic before, Topic after) {
        if (closed) {
            return;
        }
        if (after != null && after.name().equals(plan.topic())) {
            begin(after);
        }
        CoordinatorLifecycle<C> now = lifecycle;
        if (now != null) {
            now.topicChanged(before, after);
        }
    }

    private synchronized CoordinatorLifecycle<C> begin(Topic topic) {
        if (closed) {
            throw new NotCoordinatorException("the server is stopping");
        }
        if (lifecycle == null) {
            // What changes from here on waits in the lifecycle's queue; what changed before is among the
            // topics known.
            Collection<Topic> known = topics.all();
            lifecycle = new CoordinatorLifecycle<>(plan.name(), () -> opening.open(topic, known), scheduler);
        }
        return lifecycle;
    }

    /**
     * @return whether the coordinator was never used: its topic is not there, so there is nothing it could
     *     know
     */
    public boolean isUnused() {
        return lifecycle == null;
    }

    /**
     * Makes sure that a key can be served here.
     *
     * @param key what is coordinated, any string
     * @return completes when this broker coordinates it, loaded or soon to be; fails when it cannot
     */
    public CompletableFuture<Void> find(String key) {
        CoordinatorLifecycle<C> now = lifecycle;
        return now != null ? loaded(now, key) : topic().thenCompose(topic -> loaded(begin(topic), key));
    }

    /** @return the coordinator's topic, made if there is none */
    public CompletableFuture<Topic> topic() {
        return creation.createInternalIfAbsent(plan.topic(), plan.partitions(), plan.configs());
    }

    /**
     * Waits for a key's partition, not for long: a client that is told where the coordinator is copes with
     * one that loads.
     */
    private CompletableFuture<Void> loaded(CoordinatorLifecycle<C> now, String key) {
        CompletableFuture<Void> loaded = now.loaded(key);
        if (loaded.isDone()) {
            return loaded;
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        Scheduler.Task timeout = scheduler.schedule(LOAD_WAIT_MS, () -> answer.complete(null));
        loaded.whenComplete((done, failure) -> {
            timeout.cancel();
            if (failure == null) {
                answer.complete(null);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    /**
     * Calls the coordinator.
     *
     * @param <T> what it answers
     * @param call what to ask it
     * @return its answer; fails with NOT_COORDINATOR before the first {@link #find} and after the end, which
     *     makes clients ask where the coordinator is, and with COORDINATOR_LOAD_IN_PROGRESS while it starts
     */
    public <T> CompletableFuture<T> serve(Function<C, CompletableFuture<T>> call) {
        CoordinatorLifecycle<C> now = lifecycle;
        return now == null
                ? CompletableFuture.failedFuture(new NotCoordinatorException(
                        "the " + plan.name() + " coordinator is not in use here: look for the coordinator"))
                : now.coordinator().thenCompose(call);
    }

    /** Stops the coordinator. Idempotent. */
    @Override
    public void close() {
        CoordinatorLifecycle<C> last;
        synchronized (this) {
            closed = true;
            last = lifecycle;
            lifecycle = null;
        }
        if (last != null) {
            last.close();
        }
    }
}
