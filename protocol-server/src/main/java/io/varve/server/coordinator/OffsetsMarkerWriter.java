// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.transaction.TransactionMarker;
import java.util.concurrent.CompletableFuture;

/**
 * Ends transactions in {@code __consumer_offsets}. It is the group coordinator that does so: it holds the
 * offsets of open transactions in memory, and has to hear of every marker in its log. Thread-safe.
 */
@FunctionalInterface
public interface OffsetsMarkerWriter {
    /**
     * Writes a marker, and lets the transaction's offsets count or not. Doing so again does no harm.
     *
     * @param partition of {@code __consumer_offsets}
     * @param marker how the transaction ended; {@code epochBumped} tells of transaction.version 2 and above
     * @return completes when the marker is durable; fails with one of Kafka's ApiExceptions
     */
    CompletableFuture<Void> end(int partition, TransactionMarker marker);
}
