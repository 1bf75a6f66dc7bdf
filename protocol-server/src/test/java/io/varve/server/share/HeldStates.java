// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.server.share.state.SharePartitionId;
import io.varve.server.share.state.ShareStateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;

/** A store of states whose writes wait until the test lets them succeed or fail. */
public final class HeldStates implements ShareStateStore {
    private record Held(StateChange change, CompletableFuture<Void> done) {}

    private final List<Held> held = new ArrayList<>();
    /** What is stored, by offset. */
    final TreeMap<Long, StoredRun> runs = new TreeMap<>();

    long start = -1;
    int maxAtOnce;
    /** The last change that was stored. */
    StateChange last;

    @Override
    public CompletableFuture<StoredState> read(SharePartitionId id, int leaderEpoch) {
        return CompletableFuture.completedFuture(new StoredState(0, start, List.copyOf(runs.values())));
    }

    @Override
    public CompletableFuture<Void> write(SharePartitionId id, StateChange change) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        held.add(new Held(change, done));
        maxAtOnce = Math.max(maxAtOnce, held.size());
        return done;
    }

    @Override
    public CompletableFuture<Void> replace(SharePartitionId id, StateChange state) {
        runs.clear();
        start = state.start();
        put(state);
        return CompletableFuture.completedFuture(null);
    }

    private void put(StateChange change) {
        for (StoredRun run : change.runs()) {
            for (long offset = run.first(); offset <= run.last(); offset++) {
                runs.put(offset, new StoredRun(offset, offset, run.state(), run.deliveries()));
            }
        }
    }

    public int waiting() {
        return held.size();
    }

    /** Stores the oldest change that waits, as Kafka's coordinator does. */
    public void store() {
        Held oldest = held.remove(0);
        last = oldest.change();
        put(last);
        start = Math.max(start, last.start());
        runs.headMap(start).clear();
        oldest.done().complete(null);
    }

    void fail() {
        held.remove(0).done().completeExceptionally(new CoordinatorNotAvailableException("a failure of the test"));
    }

    /** Forgets what waits, as a crash does. */
    void crash() {
        held.clear();
    }
}
