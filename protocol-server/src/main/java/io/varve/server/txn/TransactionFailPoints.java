// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.util.List;

/** Names the places between two durable steps of a transaction where a test may let the process die. */
public final class TransactionFailPoints {
    /** A producer was given its epoch: durable, not yet answered. */
    public static final String INITIALIZED = "txn.initialized";
    /** Partitions are about to be added; nothing is written yet. */
    public static final String BEFORE_PARTITIONS = "txn.partitions.before";
    /** Partitions are part of the transaction: durable, not yet answered, no batch appended. */
    public static final String PARTITIONS_ADDED = "txn.partitions.added";
    /** The transaction is about to be decided; nothing is written yet. */
    public static final String BEFORE_DECISION = "txn.decision.before";
    /** PREPARE_* is durable; not yet answered, no marker is written. */
    public static final String DECIDED = "txn.decided";
    /** The markers are about to be written, one by one. */
    public static final String BEFORE_MARKERS = "txn.markers.before";
    /** One more partition's marker is durable. */
    public static final String MARKER_WRITTEN = "txn.marker.written";
    /** All markers are durable, COMPLETE_* is not written. */
    public static final String MARKERS_WRITTEN = "txn.markers.written";
    /** COMPLETE_* is durable. */
    public static final String COMPLETED = "txn.completed";

    /** All of them, in the order of a transaction's life. */
    public static final List<String> ALL = List.of(
            INITIALIZED,
            BEFORE_PARTITIONS,
            PARTITIONS_ADDED,
            BEFORE_DECISION,
            DECIDED,
            BEFORE_MARKERS,
            MARKER_WRITTEN,
            MARKERS_WRITTEN,
            COMPLETED);

    private TransactionFailPoints() {}
}
