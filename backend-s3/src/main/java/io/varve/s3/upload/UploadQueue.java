// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Hands partitions to the threads that upload: each partition to one thread at a time, in turn. Thread-safe.
 */
final class UploadQueue {
    private final LinkedHashSet<UploadSource> waiting = new LinkedHashSet<>();
    private final Set<UploadSource> busy = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Partitions that were offered while a thread had them. */
    private final Set<UploadSource> again = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Partitions whose upload failed for a reason of their own, and is tried again later. */
    private final Set<UploadSource> held = Collections.newSetFromMap(new IdentityHashMap<>());

    private boolean paused;
    private boolean closed;

    /** Puts a partition at the end, unless it waits already. */
    synchronized void offer(UploadSource source) {
        if (closed || held.contains(source)) {
            return;
        }
        if (busy.contains(source)) {
            again.add(source);
        } else if (waiting.add(source)) {
            notifyAll();
        }
    }

    /** Waits for a partition; returns null after {@link #close}. The caller gives it back. */
    synchronized UploadSource take() {
        boolean interrupted = false;
        while (!closed && (paused || waiting.isEmpty())) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (closed) {
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
        notifyAll();
    }

    /** Returns every partition that waits, is held, or has a thread; a copy. */
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
        notifyAll();
        return !was;
    }
}
