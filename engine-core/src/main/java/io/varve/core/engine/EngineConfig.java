// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.retention.RetentionConfig;
import java.util.Objects;

/**
 * Holds the engine's own settings.
 *
 * @param durability what acks=all promises
 * @param flushIntervalMs with ASYNC: max time in ms that appended bytes stay unsynced
 *     ({@code log.flush.interval.ms}), 0 as 1, or Long.MAX_VALUE to leave it to the operating system
 * @param flushIntervalMessages with ASYNC: max records appended to a partition without a sync
 *     ({@code log.flush.interval.messages})
 * @param producerIdExpirationMs how long in ms an idle producer's sequence is remembered
 *     ({@code producer.id.expiration.ms})
 * @param retention how often retention is checked, and how it treats future timestamps
 * @param compaction threads, memory and bandwidth that compaction may use
 */
public record EngineConfig(
        Durability durability,
        long flushIntervalMs,
        long flushIntervalMessages,
        long producerIdExpirationMs,
        RetentionConfig retention,
        CompactionConfig compaction) {
    /** Synced group commit, producers remembered for a day. */
    public static final EngineConfig DEFAULT = new EngineConfig(
            Durability.SYNC,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            24L * 3600 * 1000,
            RetentionConfig.DEFAULT,
            CompactionConfig.DEFAULT);

    /** Checks presence; ranges are checked where the configuration is parsed. */
    public EngineConfig {
        Objects.requireNonNull(durability, "durability");
        Objects.requireNonNull(retention, "retention");
        Objects.requireNonNull(compaction, "compaction");
    }
}
