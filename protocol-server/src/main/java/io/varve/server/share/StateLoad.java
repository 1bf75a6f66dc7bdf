// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.TimestampOffset;
import io.varve.server.share.state.SharePartitionId;
import io.varve.server.share.state.ShareStateStore.StateChange;
import io.varve.server.share.state.ShareStateStore.StoredRun;
import io.varve.server.share.state.ShareStateStore.StoredState;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Makes the window of a share partition of what is stored, or where the group begins. */
final class StateLoad {
    /**
     * A loaded state.
     *
     * @param window the records in flight, none of them acquired
     * @param epoch the stored epoch
     */
    record LoadedState(InFlightWindow window, int epoch) {}

    private final SharePartitionId id;
    private final PartitionLog log;
    private final ShareContext context;

    StateLoad(SharePartitionId id, PartitionLog log, ShareContext context) {
        this.id = id;
        this.log = log;
        this.context = context;
    }

    /** @return completes with the state; fails with one of Kafka's exceptions */
    CompletableFuture<LoadedState> run() {
        return context.store()
                .read(id, log.leaderEpoch())
                .thenCompose(state -> startOf(state).thenCompose(start -> load(state, start)));
    }

    private CompletableFuture<LoadedState> load(StoredState state, long start) {
        InFlightWindow window = window(state, start);
        boolean isCut = window.truncate(log.logEndOffset());
        window.moveStart(log.logStartOffset());
        window.advance();
        LoadedState loaded = new LoadedState(window, state.epoch());
        return isCut ? replace(loaded).thenApply(done -> loaded) : CompletableFuture.completedFuture(loaded);
    }

    /** Stores the state anew: what is stored behind the log's end would become that of the next records. */
    private CompletableFuture<Void> replace(LoadedState loaded) {
        InFlightWindow window = loaded.window();
        List<StoredRun> runs = window.all().stream()
                .filter(run -> run.state != DeliveryState.AVAILABLE || run.deliveries > 0)
                .map(run -> run.stored(window.start(), run.state))
                .toList();
        return context.store()
                .replace(
                        id,
                        new StateChange(loaded.epoch(), log.leaderEpoch(), window.start(), window.completed(), runs));
    }

    private CompletableFuture<Long> startOf(StoredState state) {
        if (state.start() >= 0) {
            return CompletableFuture.completedFuture(state.start());
        }
        long point = context.settings().startPoint(id.group());
        if (point == ShareGroupSettings.LATEST) {
            return CompletableFuture.completedFuture(log.highWatermark());
        }
        return point == ShareGroupSettings.EARLIEST
                ? CompletableFuture.completedFuture(log.logStartOffset())
                : firstOf(point);
    }

    /** Finds the first record of a time. Where all are older, the group begins behind them. */
    private CompletableFuture<Long> firstOf(long timestamp) {
        CompletableFuture<Long> found = new CompletableFuture<>();
        context.lookUps().accept(() -> {
            try {
                long end = log.highWatermark();
                found.complete(log.reader()
                        .offsetForTimestamp(timestamp, Isolation.READ_UNCOMMITTED)
                        .map(TimestampOffset::offset)
                        .orElse(end));
            } catch (RuntimeException failure) {
                found.completeExceptionally(failure);
            }
        });
        return found;
    }

    /**
     * Makes a window of the stored runs. What was acquired and not acknowledged is not stored: those gaps are
     * available.
     */
    private InFlightWindow window(StoredState state, long start) {
        InFlightWindow window = new InFlightWindow(start);
        for (StoredRun run : state.runs()) {
            long first = Math.max(run.first(), window.end());
            if (run.last() < first) {
                continue;
            }
            if (first > window.end()) {
                window.append(run(window.end(), first - 1, DeliveryState.AVAILABLE, 0));
            }
            window.append(run(first, run.last(), DeliveryState.of(run.state()), run.deliveries()));
        }
        return window;
    }

    private static DeliveryRun run(long first, long last, DeliveryState state, int deliveries) {
        return new DeliveryRun(first, last, state, deliveries, (int) Math.min(Integer.MAX_VALUE, last - first + 1));
    }
}
