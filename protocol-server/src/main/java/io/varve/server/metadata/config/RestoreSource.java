// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.RemoteCopy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * Reads the setting {@value #NAME} of a topic that begins with the remote records of another one. A client
 * writes {@code TOPIC@offset:N} or {@code TOPIC@time:MS}, both exclusive. The server notes the topic's id and
 * number of partitions in it, as {@code TOPIC/ID/PARTITIONS@offset:N}: another topic may get the name later.
 * Immutable.
 *
 * @param topic the source
 * @param id its id
 * @param partitions number of its partitions when the copy was made; further ones of the copy begin empty
 * @param endOffset where each partition ends, exclusive; {@link Long#MAX_VALUE} for no such limit
 * @param endTimestamp ms since the epoch at which each partition ends, exclusive; {@link Long#MAX_VALUE} for
 *     no such limit
 */
public record RestoreSource(String topic, Uuid id, int partitions, long endOffset, long endTimestamp) {
    /** The setting. */
    public static final String NAME = "varve.restore.from";

    private static final String DOCUMENTATION = "Begins a new topic with the remote records of another one, as of a"
            + " point: TOPIC@offset:N or TOPIC@time:MS, exclusive. Counts when the topic is created.";
    private static final Pattern FORM =
            Pattern.compile("([a-zA-Z0-9._-]{1,249})(?:/([a-zA-Z0-9_-]{22})/(\\d{1,9}))?@(offset|time):(\\d{1,18})");

    /** The row among Varve's own settings; as a prefix, so that only topics that have it show it. */
    static final OwnTopicConfig CONFIG = OwnTopicConfig.prefixed(
            new ConfigDef()
                    .define(NAME, ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, DOCUMENTATION)
                    .configKeys()
                    .get(NAME),
            (configs, set) -> configs.with(of(set)));

    /**
     * Names an existing topic.
     *
     * @param id its id
     * @param partitions number of its partitions
     */
    public record Existing(Uuid id, int partitions) {}

    /**
     * Notes in a new topic's settings which topic is meant.
     *
     * @param settings of the new topic
     * @param topics finds topics by name
     * @return the settings, with the source's id if they name a source
     * @throws InvalidConfigurationException if the value is malformed, or there is no such topic
     */
    public static Map<String, String> resolve(
            Map<String, String> settings, Function<String, Optional<Existing>> topics) {
        String value = settings.get(NAME);
        if (value == null) {
            return settings;
        }
        Matcher form = match(value);
        Existing source =
                topics.apply(form.group(1)).orElseThrow(() -> wrong(value, "there is no topic " + form.group(1)));
        Map<String, String> resolved = new HashMap<>(settings);
        resolved.put(
                NAME,
                form.group(1) + "/" + source.id() + "/" + source.partitions() + "@" + form.group(4) + ":"
                        + form.group(5));
        return resolved;
    }

    private static Optional<RestoreSource> of(Map<String, String> settings) {
        settings.keySet().forEach(name -> {
            if (!name.equals(NAME)) {
                throw new InvalidConfigurationException("Unknown topic config name: " + name);
            }
        });
        return Optional.ofNullable(settings.get(NAME)).map(RestoreSource::of);
    }

    /** @throws InvalidConfigurationException if the value is malformed, or has no id */
    static RestoreSource of(String value) {
        Matcher form = match(value);
        if (form.group(2) == null) {
            throw wrong(value, "it counts when the topic is created, and cannot be set later");
        }
        long end = Long.parseLong(form.group(5));
        boolean byOffset = form.group(4).equals("offset");
        return new RestoreSource(
                form.group(1),
                Uuid.fromString(form.group(2)),
                Integer.parseInt(form.group(3)),
                byOffset ? end : Long.MAX_VALUE,
                byOffset ? Long.MAX_VALUE : end);
    }

    /** @return what a partition of the copy begins with; empty if the source had no such partition */
    Optional<RemoteCopy> copy(int partition) {
        if (partition >= partitions) {
            return Optional.empty();
        }
        UUID topicId = new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
        return Optional.of(new RemoteCopy(new PartitionId(topic, topicId, partition), endOffset, endTimestamp));
    }

    /**
     * @param why why the storage cannot make the copy
     * @return says so to the client that creates the topic
     */
    public static InvalidConfigurationException refused(String why) {
        return new InvalidConfigurationException("The value of configuration " + NAME + " cannot be used: " + why);
    }

    private static Matcher match(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            throw wrong(value, "it must be TOPIC@offset:N or TOPIC@time:MS");
        }
        return form;
    }

    private static InvalidConfigurationException wrong(String value, String why) {
        return new InvalidConfigurationException("Invalid value " + value + " for configuration " + NAME + ": " + why);
    }
}
