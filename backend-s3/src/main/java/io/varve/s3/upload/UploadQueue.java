// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Hands partitions to the agents that upload: each partition to one of them at a time, in turn. Thread-safe.
 */
final class UploadQueue {
    private final LinkedHashSet<UploadSource> waiting = new LinkedHashSet<>();
    private final Set<UploadSource> busy = new LinkedHashSet<>();
    /** Partitions that were offered while an agent had them. */
    private final Set<UploadSource> again = new LinkedHashSet<>();
    /** Partitions whose upload failed for a reason of their own, and is tried again later. */
    private final Set<UploadSource> held = new LinkedHashSet<>();

    private final Runnable available;
    private boolean paused;
    private boolean closed;

    /** @param available called when there may be a partition to take, and at the close; must be short */
    UploadQueue(Runnable available) {
        this.available = available;
    }

    /** Puts a partition at the end, unless it waits already. */
    synchronized void offer(UploadSource source) {
        if (closed || held.contains(source)) {
            return;
        }
        if (busy.contains(source)) {
            again.add(source);
        } else if (waiting.add(source)) {
            available.run();
        }
    }

    /** Returns the next partition, which the caller gives back; null if there is none to upload now. */
    synchronized UploadSource take() {
        if (closed || paused || waiting.isEmpty()) {
            return null;
        }
        UploadSource source = waiting.iterator().next();
        waiting.remove(source);
        busy.add(source);
        return source;
    }

    /** Takes a partition back, which waits again if it has more or was offered meanwhile. */
    synchronized void giveBack(UploadSource source, boolean more) {
        busy.remove(source);
        if (again.remove(source) || more) {
            offer(source);
        }
    }

    /**
     * Takes a partition back, which does not wait again before {@link #release}.
     *
     * @param scheduleRelease sees to the release, before anyone sees that the partition is back
     */
    synchronized void hold(UploadSource source, Runnable scheduleRelease) {
        busy.remove(source);
        again.remove(source);
        held.add(source);
        scheduleRelease.run();
    }

    synchronized void release(UploadSource source) {
        if (held.remove(source)) {
            offer(source);
        }
    }

    /** Hands out no partition until {@link #resume}. Returns false if it was paused already. */
    synchronized boolean pause() {
        boolean was = paused;
        paused = true;
        return !was;
    }

    synchronized void resume() {
        paused = false;
        available.run();
    }

    /** Returns every partition that waits, is held, or is uploaded; a copy. */
    synchronized List<UploadSource> all() {
        List<UploadSource> all = new ArrayList<>(waiting);
        all.addAll(busy);
        all.addAll(held);
        return all;
    }

    synchronized boolean isBusy() {
        return !busy.isEmpty();
    }

    synchronized boolean isIdle() {
        return waiting.isEmpty() && busy.isEmpty();
    }

    /** Hands out nothing from now on. Returns false if it was closed already. */
    synchronized boolean close() {
        boolean was = closed;
        closed = true;
        waiting.clear();
        held.clear();
        available.run();
        return !was;
    }
}
