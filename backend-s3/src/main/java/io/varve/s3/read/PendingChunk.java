// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import java.util.ArrayList;
import java.util.List;

/** Holds what is to be loaded, once for all who wait for it. Guarded by its {@link LoadQueue}. */
final class PendingChunk {
    /** Where it is to be read from, and whether it still is. */
    enum State {
        ON_DISK,
        IN_BUCKET,
        LOADING
    }

    final ChunkPlace place;
    final AheadTicket ahead;
    final List<ChunkWaiter> waiters = new ArrayList<>();
    State state;
    boolean wanted;
    long sinceNanos;

    PendingChunk(ChunkPlace place, State state, AheadTicket ahead) {
        this.place = place;
        this.state = state;
        this.ahead = ahead;
    }

    ChunkKey key() {
        return place.key();
    }
}
