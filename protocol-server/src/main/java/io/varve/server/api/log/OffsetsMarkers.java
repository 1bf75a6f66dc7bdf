// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.log;

import io.varve.core.producer.TransactionMarker;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;

/**
 * Ends transactions in {@code __consumer_offsets}: the group coordinator, which holds the offsets of open transactions in memory and has to
 * hear of every marker in its log. Thread-safe.
 */
@FunctionalInterface
public interface OffsetsMarkers {
    /** Stands in where there is no coordinator: clients ask again later. */
    OffsetsMarkers NOBODY = (partition, marker) ->
            CompletableFuture.failedFuture(new CoordinatorNotAvailableException("no coordinator takes transactions"));

    /**
     * Writes a marker, and lets the transaction's offsets count or not.
     *
     * @param partition of {@code __consumer_offsets}
     * @param marker how the transaction ended; {@code epochBumped} tells of transaction.version 2 and above
     * @return completes when the marker is durable; fails with one of Kafka's ApiExceptions
     */
    CompletableFuture<Void> end(int partition, TransactionMarker marker);
}
