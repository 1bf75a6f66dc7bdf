// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.core.runtime.Clock;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.TopicSettings;
import io.varve.experiments.scenario.TopicSpec;
import io.varve.experiments.scenario.TraceWriter;
import io.varve.server.command.ClientAnswer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;

/** Records the shape of a topic's traffic: no key, no value and no header is kept. Not thread-safe. */
public final class TraceRecorder {
    private static final double MIB = 1 << 20;

    private final Properties client;
    private final Clock clock;

    /**
     * @param client settings of a Kafka client, {@code bootstrap.servers} among them
     * @param clock tells when batches come
     */
    public TraceRecorder(Properties client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * Watches a topic.
     *
     * @param topic the topic's name
     * @param bounds when to end
     * @param replayMs for how long the traffic is to be replayed, in ms, above 0
     * @param progress learns how far the watch is
     * @return the text of a trace; empty if there were no records
     * @throws org.apache.kafka.common.KafkaException if the cluster does not answer or refuses, or has no
     *     such topic, before a record was seen; later the trace holds what was seen until then
     */
    public Optional<String> record(String topic, WatchBounds bounds, long replayMs, WatchProgress progress) {
        try (Admin admin = Admin.create(client);
                LeaderFetch fetches = new LeaderFetch(client)) {
            TopicDescription description = ClientAnswer.await(
                    admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
            List<String> notes = new ArrayList<>();
            Map<String, String> settings = settings(admin, topic, notes);
            TopicWatch watch = new TopicWatch(admin, fetches, description, clock, bounds.fromBeginning());
            watch.run(bounds, progress);
            if (watch.profile().records() == 0) {
                return Optional.empty();
            }
            watch.cutShort().ifPresent(progress::endedEarly);
            List<ProducerSpec> producers = watch.profile().producers(topic);
            notes.addAll(0, notes(topic, watch, bounds.fromBeginning()));
            TopicSpec spec = new TopicSpec(topic, description.partitions().size(), settings);
            return Optional.of(
                    TraceWriter.write(notes, topic, watch.profile().startMs(), replayMs, List.of(spec), producers));
        }
    }

    /** @return the settings that are not the default here, and valid here; notes the others that it has */
    private static Map<String, String> settings(Admin admin, String topic, List<String> notes) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = ClientAnswer.await(
                admin.describeConfigs(List.of(resource)).values().get(resource));
        Map<String, String> all = new TreeMap<>();
        Map<String, String> own = new TreeMap<>();
        config.entries().stream()
                .filter(entry -> entry.value() != null && !entry.isSensitive())
                .forEach(entry -> {
                    all.put(entry.name(), entry.value());
                    if (!entry.isDefault()) {
                        own.put(entry.name(), entry.value());
                    }
                });
        TopicSettings here = new TopicSettings(false);
        Map<String, String> different = here.different(all);
        List<String> without = here.without(own);
        if (!without.isEmpty()) {
            notes.add("Settings that mean nothing here, and are left out: " + String.join(", ", without) + ".");
        }
        return different;
    }

    private static List<String> notes(String topic, TopicWatch watch, boolean fromBeginning) {
        TrafficProfile seen = watch.profile();
        List<String> notes = new ArrayList<>();
        notes.add("The shape of the traffic of " + topic + ", without its content: "
                + (fromBeginning ? "what the topic held" : "what was written") + " in " + seen.lengthMs() / 1000
                + " s from " + Instant.ofEpochMilli(seen.startMs()) + " on.");
        notes.add(String.format(
                Locale.ROOT,
                "%d records in %d batches, %.1f MiB as stored.",
                seen.records(),
                seen.batches(),
                seen.storedBytes() / MIB));
        notes.add("A producer stands for all that write with a codec; linger is such that it makes as many batches.");
        if (watch.transactional() > 0) {
            notes.add(watch.transactional() + " batches were in transactions: they are replayed without.");
        }
        watch.cutShort().ifPresent(why -> notes.add("The watch ended early: " + why));
        if (watch.deleted() > 0) {
            notes.add(watch.deleted() + " records were deleted before they were read.");
        }
        return notes;
    }
}
