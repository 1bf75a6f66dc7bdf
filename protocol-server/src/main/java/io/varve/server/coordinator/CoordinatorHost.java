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
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Creates a coordinator's topic, starts the coordinator and forwards calls to it. The first look-up creates
 * the topic and starts the coordinator. If the topic exists when the server starts, the coordinator starts in
 * the background. A server without clients of the coordinator spends nothing on it. Thread-safe.
 *
 * @param <C> the coordinator
 */
public final class CoordinatorHost<C extends HostedCoordinator> implements AutoCloseable {
    /**
     * Max ms a look-up waits for a partition to be loaded. After that the look-up is answered, and clients
     * retry their requests.
     */
    private static final long LOAD_WAIT_MS = 1_000;

    /**
     * Name and topic of a hosted coordinator.
     *
     * @param name for threads and messages, for example {@code group}
     * @param topic name of the topic of its events
     * @param partitions number of partitions of a new topic
     * @param configs settings of a new topic
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
         * @param topic the topic of its events
         * @param known all topics before the first call of {@link HostedCoordinator#topicChanged}
         * @return the coordinator, which still loads its partitions
         */
        C open(Topic topic, Collection<Topic> known);
    }

    private final Plan plan;
    private final Topics topics;
    private final TopicCreator creation;
    private final Scheduler scheduler;
    private final Opening<C> opening;
    /** Null until the topic exists, and after the close. Written under this object's lock. */
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
     * Opens a host. Returns at once: existing events are loaded in the background.
     *
     * @param <C> the coordinator
     * @param plan name and topic of the coordinator
     * @param topics finds its topic
     * @param creation creates its topic
     * @param scheduler starts threads, once the coordinator is used
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
        if (after != null && after.name().equals(plan.topic()) && after.isOpen()) {
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
            // Later changes wait in the lifecycle's queue; earlier ones are part of the known topics.
            Collection<Topic> known = topics.all();
            lifecycle = new CoordinatorLifecycle<>(plan.name(), () -> opening.open(topic, known), scheduler);
        }
        return lifecycle;
    }

    /** @return true if the coordinator has never been used: its topic does not exist, so it has no state */
    public boolean isUnused() {
        return lifecycle == null && topics.byName(plan.topic()) == null;
    }

    /**
     * Ensures that this broker serves a key: starts the coordinator if needed, and waits a limited time for
     * the key's partition.
     *
     * @param key a group or transactional id, any string
     * @return completes when this broker coordinates the key, even if its partition is still loading; fails
     *     when it cannot
     */
    public CompletableFuture<Void> find(String key) {
        CoordinatorLifecycle<C> now = lifecycle;
        return now != null ? loaded(now, key) : topic().thenCompose(topic -> loaded(begin(requireOpen(topic)), key));
    }

    private Topic requireOpen(Topic topic) {
        if (!topic.isOpen()) {
            throw new CoordinatorNotAvailableException("the partitions of " + plan.topic() + " are not open yet");
        }
        return topic;
    }

    /** @return the coordinator's topic, created if it does not exist */
    public CompletableFuture<Topic> topic() {
        return creation.createInternalIfAbsent(plan.topic(), plan.partitions(), plan.configs());
    }

    /**
     * Waits a limited time for a key's partition: a client that knows the coordinator retries while it loads.
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
     * @param <T> the type of the answer
     * @param call the call
     * @return the coordinator's answer; fails with NOT_COORDINATOR before the first {@link #find} and after
     *     the close, which makes clients look up the coordinator, and with COORDINATOR_LOAD_IN_PROGRESS while
     *     its topic is opened and while it starts
     */
    public <T> CompletableFuture<T> serve(Function<C, CompletableFuture<T>> call) {
        CoordinatorLifecycle<C> now = lifecycle;
        return now == null
                ? CompletableFuture.failedFuture(notServing())
                : now.coordinator().thenCompose(call);
    }

    private RetriableException notServing() {
        Topic topic = topics.byName(plan.topic());
        return topic == null || topic.isOpen()
                ? new NotCoordinatorException(
                        "the " + plan.name() + " coordinator is not in use here: look for the coordinator")
                : new CoordinatorLoadInProgressException("the partitions of " + plan.topic() + " are not open yet");
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
