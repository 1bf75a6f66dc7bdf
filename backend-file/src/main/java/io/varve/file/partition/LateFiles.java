// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import io.varve.core.spi.StorageException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files of new partitions that have none yet, one partition after another, by an agent that lives
 * while there are some. Who writes to a partition earlier makes its files by that. Thread-safe.
 */
public final class LateFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LateFiles.class);

    /**
     * So much later, in ms, an agent starts, so that it does not take a core from who answers the creation:
     * with two cores a client waited a quarter longer for a thousand partitions.
     */
    private static final long DELAY_MS = 1_000;

    private final Scheduler scheduler;
    /** Partitions that had no files when they were added. Guarded by this, as are the other fields. */
    private final Queue<FilePartition> waiting = new ArrayDeque<>();

    private Scheduler.Agent agent;
    /** True while an agent is to be started. */
    private boolean due;

    private boolean closed;

    /** @param scheduler runs the agent */
    public LateFiles(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Has the files made of those partitions that have none. */
    public synchronized void add(Collection<FilePartition> partitions) {
        for (FilePartition partition : partitions) {
            if (!closed && !partition.hasFiles()) {
                waiting.add(partition);
            }
        }
        if (agent == null && !due && !waiting.isEmpty()) {
            due = true;
            scheduler.schedule(DELAY_MS, this::start);
        }
    }

    /** The machine may have no thread left to give: the files are made with the next ones then. */
    private synchronized void start() {
        due = false;
        if (waiting.isEmpty()) {
            return; // closed meanwhile
        }
        try {
            agent = scheduler.agent("late-files", this::step);
        } catch (OutOfMemoryError e) {
            SurvivedFailure.log(LOG, "the thread that makes the files of new partitions did not start", e);
        }
    }

    /** Drops what waits. The partitions stay in the list of creations. */
    public synchronized void close() {
        closed = true;
        waiting.clear();
    }

    private long step() {
        FilePartition next = next();
        if (next == null) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        try {
            synchronized (next) {
                if (!next.fencing().hasEnded()) {
                    next.makeFiles();
                }
            }
        } catch (StorageException e) {
            LOG.warn("{}; who writes to the partition tries again, or else the next start", e.getMessage());
        }
        return Scheduler.AgentStep.AGAIN;
    }

    /** @return the next partition; null if there is none, and then the agent ends */
    private synchronized FilePartition next() {
        FilePartition next = waiting.poll();
        if (next == null && agent != null) {
            agent.close(0);
            agent = null;
        }
        return next;
    }
}
