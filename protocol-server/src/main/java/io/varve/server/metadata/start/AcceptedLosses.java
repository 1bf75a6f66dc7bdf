// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.start;

import io.varve.core.spi.PartitionId;
import io.varve.server.metadata.log.MetadataException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The losses that a start accepts: the value of {@code log.loss.accepted}. Each word accepts one loss, so
 * that a setting that was forgotten in the file hides no later one.
 *
 * @param words {@code topic-partition} for a partition that is missing, {@code topic-*} for all of a topic's,
 *     {@code topic-partition@offset} for damage in a coordinator's log, {@code *} for everything
 */
public record AcceptedLosses(List<String> words) {
    /** The setting. */
    public static final String KEY = "log.loss.accepted";

    /** Accepts no loss. */
    public static final AcceptedLosses NONE = new AcceptedLosses(List.of());

    private static final String ALL = "*";
    private static final Pattern WORD = Pattern.compile("\\*|[a-zA-Z0-9._-]+-(\\*|[0-9]+(@[0-9]+)?)");

    /** Copies the words. */
    public AcceptedLosses {
        words = List.copyOf(words);
    }

    /**
     * @param text comma-separated words
     * @return what they accept
     * @throws MetadataException if a word has none of these forms; the message names key and value
     */
    public static AcceptedLosses parse(String text) {
        List<String> words = Arrays.stream(text.split(","))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
        for (String word : words) {
            if (!WORD.matcher(word).matches()) {
                throw new MetadataException(KEY + "=" + text + " is wrong at '" + word
                        + "': must be a list of topic-partition, topic-*, topic-partition@offset or *");
            }
        }
        return new AcceptedLosses(words);
    }

    /** @return whether a missing partition may be created anew, empty */
    boolean acceptsMissing(PartitionId id) {
        return words.contains(ALL) || words.contains(id.toString()) || words.contains(id.topic() + "-*");
    }

    /**
     * @param id a partition of a coordinator's topic
     * @param offset where it is damaged
     * @return whether the damaged batch may be skipped
     */
    public boolean acceptsDamage(PartitionId id, long offset) {
        return words.contains(ALL) || words.contains(damageWord(id, offset));
    }

    /** @return the word that accepts this damage */
    public static String damageWord(PartitionId id, long offset) {
        return id + "@" + offset;
    }
}
