// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.Clock;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates an entry, however long the bucket is away. The bytes are the same at each try, so a try whose
 * answer was lost counts as the first that succeeds. For one thread.
 */
final class EntryWriter {
    private static final Logger LOG = LoggerFactory.getLogger(EntryWriter.class);
    private static final long FIRST_PAUSE_MS = 100;
    private static final long MAX_PAUSE_MS = 10_000;
    private static final long LOG_EVERY_NANOS = 60_000_000_000L;

    /** What became of the entry. */
    enum Outcome {
        /** It is in the bucket. */
        WON,
        /** Another one has its number. */
        LOST,
        /** The manifest is closed, or failed: the outcome is open. */
        ENDED
    }

    private final ObjectStore store;
    private final Clock clock;
    private final CommitQueue queue;

    EntryWriter(ObjectStore store, Clock clock, CommitQueue queue) {
        this.store = store;
        this.clock = clock;
        this.queue = queue;
    }

    Outcome write(String key, ByteBuffer object) {
        long pauseMs = FIRST_PAUSE_MS;
        long logged = 0;
        for (int tries = 1; ; tries++) {
            try {
                boolean won = store.putIfAbsent(key, object);
                if (tries > 1) {
                    LOG.info("The bucket takes the manifest's entries again, after {} tries of {}", tries, key);
                }
                return won ? Outcome.WON : Outcome.LOST;
            } catch (ObjectStoreException e) {
                long now = clock.nanos();
                if (tries == 1 || now - logged >= LOG_EVERY_NANOS) {
                    logged = now;
                    LOG.warn("Cannot write {} (try {}), goes on: {}", key, tries, e.getMessage());
                }
            }
            if (!queue.pause(pauseMs)) {
                return Outcome.ENDED;
            }
            pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
        }
    }
}
