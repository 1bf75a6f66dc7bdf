// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.log.PartitionLog;
import io.varve.core.spi.Snapshots;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the two newest snapshots of a state beside its events, under a name with the state's version. Used by
 * one thread at a time.
 *
 * @param <S> the state
 */
final class StateSnapshots<S> {
    private static final Logger LOG = LoggerFactory.getLogger(StateSnapshots.class);
    private static final String PREFIX = "state-";
    private static final int KEPT = 2;
    private static final int MAX_VERSION = 99_999;

    private final PartitionLog log;
    private final StateCodec<S> codec;
    private final String name;

    /**
     * A state and how far it goes.
     *
     * @param offset offset after the last event in it
     */
    record Kept<S>(S state, long offset) {}

    /** @throws IllegalArgumentException if the version is out of range */
    StateSnapshots(PartitionLog log, StateCodec<S> codec) {
        if (codec.version() < 0 || codec.version() > MAX_VERSION) {
            throw new IllegalArgumentException(
                    "version " + codec.version() + " of a state must be 0 to " + MAX_VERSION);
        }
        this.log = log;
        this.codec = codec;
        name = PREFIX + codec.version();
    }

    /** @return the newest state that can be read, of those at or below an offset */
    Optional<Kept<S>> newest(long atMost) {
        long below = atMost;
        while (below >= 0) {
            Optional<Snapshots.Snapshot> found = log.snapshots().newest(name, below);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            ByteBuffer content = found.get().bytes();
            byte[] bytes = new byte[content.remaining()];
            content.get(content.position(), bytes);
            try {
                return Optional.of(new Kept<>(codec.read(bytes), found.get().offset()));
            } catch (RuntimeException e) {
                LOG.warn(
                        "The snapshot of {} at offset {} cannot be read, and an older one or the events are",
                        log.id(),
                        found.get().offset(),
                        e);
                below = found.get().offset() - 1;
            }
        }
        return Optional.empty();
    }

    /**
     * Writes a snapshot, and deletes those that it replaces. A failure is logged: the next start is longer.
     *
     * @return true if it was written
     */
    boolean write(S state, long offset) {
        try {
            Snapshots snapshots = log.snapshots();
            snapshots.write(name, offset, ByteBuffer.wrap(codec.write(state)));
            List<Long> offsets = snapshots.offsets(name);
            offsets.subList(0, Math.max(0, offsets.size() - KEPT)).forEach(old -> snapshots.delete(name, old));
            for (String other : snapshots.names()) {
                if (other.startsWith(PREFIX) && !other.equals(name)) {
                    snapshots.offsets(other).forEach(old -> snapshots.delete(other, old));
                }
            }
            return true;
        } catch (RuntimeException e) { // the storage's, or of the state's codec
            LOG.warn("No snapshot of {} at offset {} was written; the next start replays more", log.id(), offset, e);
            return false;
        }
    }
}
