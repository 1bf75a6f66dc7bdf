// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.core.runtime.Clock;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.QuotaClient;
import io.varve.server.quota.QuotaThrottle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.protocol.Errors;

/**
 * Creates the topics that Kafka Streams applications have between their parts and behind their stores. Each
 * heartbeat asks anew for what is missing: a topic whose creation is under way is not asked for twice, and
 * one that failed is tried again only once its failure was shown for a while. Thread-safe.
 */
public final class InternalTopicCreation {
    /** As many as Kafka remembers. */
    private static final int MAX_FAILURES = 1_000;

    private static final int MAX_UNDER_WAY = 10_000;

    private record Failure(String why, long untilNanos) {}

    private final BiFunction<List<NewTopic>, IntConsumer, CompletableFuture<List<TopicResult>>> creation;
    private final QuotaThrottle throttle;
    private final Clock clock;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    /** By topic; the oldest first. */
    private final Map<String, Failure> failures = new LinkedHashMap<>();

    /**
     * @param creation creates topics, each by itself and within a quota of partitions
     * @param throttle has the quotas of clients
     * @param clock ends the time in which a failure is shown
     */
    public InternalTopicCreation(
            BiFunction<List<NewTopic>, IntConsumer, CompletableFuture<List<TopicResult>>> creation,
            QuotaThrottle throttle,
            Clock clock) {
        this.creation = creation;
        this.throttle = throttle;
        this.clock = clock;
    }

    /**
     * Begins to create what is not being created.
     *
     * @param topics names distinct
     * @param client whose quota the creation counts against
     * @param showFailureMs ms for which a failure is shown, and the topic is not tried again
     */
    void create(Collection<CreatableTopic> topics, QuotaClient client, long showFailureMs) {
        Set<String> failed =
                failures(topics.stream().map(CreatableTopic::name).toList()).keySet();
        List<NewTopic> wanted = new ArrayList<>();
        for (CreatableTopic topic : topics) {
            if (!failed.contains(topic.name()) && underWay.size() < MAX_UNDER_WAY && underWay.add(topic.name())) {
                wanted.add(NewTopic.of(topic));
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        creation.apply(wanted, throttle.mutations(client, true)).whenComplete((results, failure) -> {
            if (failure != null) {
                wanted.forEach(topic -> note(topic.name(), String.valueOf(failure.getMessage()), showFailureMs));
            } else {
                results.stream()
                        .filter(result ->
                                result.error().isFailure() && !result.error().is(Errors.TOPIC_ALREADY_EXISTS))
                        .forEach(result -> note(result.name(), result.error().messageWithFallback(), showFailureMs));
            }
            wanted.forEach(topic -> underWay.remove(topic.name()));
        });
    }

    private void note(String topic, String why, long ms) {
        synchronized (failures) {
            failures.remove(topic);
            failures.put(topic, new Failure(why, clock.nanos() + TimeUnit.MILLISECONDS.toNanos(ms)));
            if (failures.size() > MAX_FAILURES) {
                failures.remove(failures.keySet().iterator().next());
            }
        }
    }

    /**
     * @param topics names
     * @return why those of them that failed lately did, by name
     */
    Map<String, String> failures(Collection<String> topics) {
        Map<String, String> shown = new HashMap<>();
        long now = clock.nanos();
        synchronized (failures) {
            failures.values().removeIf(failure -> failure.untilNanos() - now <= 0);
            for (String topic : topics) {
                if (failures.containsKey(topic)) {
                    shown.put(topic, failures.get(topic).why());
                }
            }
        }
        return shown;
    }
}
