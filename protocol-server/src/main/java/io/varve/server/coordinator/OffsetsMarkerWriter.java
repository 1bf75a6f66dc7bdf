// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.transaction.TransactionMarker;
import java.util.concurrent.CompletableFuture;

/**
 * Writes transaction markers to {@code __consumer_offsets}. The group coordinator writes them itself, because
 * it holds the offsets of open transactions in memory and must know every marker in its log. Thread-safe.
 */
@FunctionalInterface
public interface OffsetsMarkerWriter {
    /**
     * Writes a marker, which commits or drops the transaction's offsets. Idempotent.
     *
     * @param partition of {@code __consumer_offsets}
     * @param marker the end of the transaction; {@code epochBumped} is true for transaction.version 2 and
     *     above
     * @return completes when the marker is durable; fails with one of Kafka's ApiExceptions
     */
    CompletableFuture<Void> end(int partition, TransactionMarker marker);
}
