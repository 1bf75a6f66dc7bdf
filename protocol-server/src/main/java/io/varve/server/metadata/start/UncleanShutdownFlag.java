// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.start;

import io.varve.core.engine.LogEngine;
import io.varve.core.event.Decision;
import io.varve.core.event.EventLog;
import io.varve.core.spi.PartitionId;
import io.varve.server.metadata.log.MetadataLog;
import io.varve.server.metadata.log.MetadataState;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets a flag in the metadata at the start of a server that shows records before they are durable, and
 * removes it when that server stops in order. A start that finds the flag set raises leader epochs. Used by
 * one thread at a time.
 */
public final class UncleanShutdownFlag {
    private static final Logger LOG = LoggerFactory.getLogger(UncleanShutdownFlag.class);
    private static final long END_MS = 2_000;

    private final int nodeId;
    private final LogEngine engine;
    private final EventLog<MetadataState, ApiMessageAndVersion> events;
    /** Whether a flag that the server before this one left has been dealt with. */
    private volatile boolean begun;

    /**
     * @param nodeId this broker
     * @param engine says whether consumers may see records before they are durable, and forces logs
     * @param events the metadata's events
     */
    public UncleanShutdownFlag(int nodeId, LogEngine engine, EventLog<MetadataState, ApiMessageAndVersion> events) {
        this.nodeId = nodeId;
        this.engine = engine;
        this.events = events;
    }

    /**
     * Begins a run. Call this before any partition is open: each is opened in the epoch that results.
     *
     * @param replayed the metadata as found
     * @param anew partitions that are created anew, or have lost their last records
     */
    public void begin(MetadataLog.Replayed replayed, List<PartitionId> anew) {
        int raised = events.submit(new RaiseLeaderEpochs(nodeId, engine.mayLoseVisibleRecords(), anew))
                .join();
        begun = true;
        if (engine.mayLoseVisibleRecords()) {
            // Records may be read from here on: a power cut must not take the flag that says so.
            engine.force(List.of(replayed.log())).join();
        }
        if (raised > 0) {
            LOG.info(
                    "Raised the leader epochs of {} partitions: the last run did not end in order or the disk was lost, and"
                            + " consumers may have seen records that are lost",
                    raised);
        }
    }

    /** Removes the flag, if nothing is left that a power cut could take. */
    public void end() {
        if (!begun || !events.state().isRunUnfinished()) {
            return;
        }
        begun = false;
        try {
            engine.forceAll().get(END_MS, TimeUnit.MILLISECONDS);
            events.submit(state -> new Decision<>(List.of(RaiseLeaderEpochs.flagEvent(false)), () -> null))
                    .get(END_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "Not everything could be made durable: the next start raises leader epochs as after a crash ({})",
                    e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
