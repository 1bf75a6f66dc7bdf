// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * The state of a transactional id: its producer and its latest transaction. Immutable: a change makes a new
 * one.
 *
 * <pre>
 *   EMPTY ──add──▶ ONGOING ──end──▶ PREPARE_COMMIT | PREPARE_ABORT ──markers──▶ COMPLETE_COMMIT | COMPLETE_ABORT
 *     ▲               ▲                                                                  │  │
 *     │               └──────────────────────────────add────────────────────────────────┘  │
 *     └──────────────────────────────────init───────────────────────────────────────────────┘
 * </pre>
 *
 * With transaction.version 2 an abort without partitions also leads from EMPTY and COMPLETE_* to
 * PREPARE_ABORT.
 *
 * @param transactionalId its name
 * @param producer its producer
 * @param timeoutMs how long a transaction may be open, in ms
 * @param state the transaction's state
 * @param partitions the partitions written in the transaction; empty unless it is open or being ended
 * @param times when it began and changed
 * @param clientVersion the level of {@code transaction.version} of its last change
 */
record Transaction(
        String transactionalId,
        ProducerHistory producer,
        int timeoutMs,
        TransactionState state,
        Set<TopicPartition> partitions,
        Times times,
        short clientVersion) {
    /**
     * Moments in ms since the epoch.
     *
     * @param start when the first partition was added, or -1
     * @param lastUpdate when anything changed
     */
    record Times(long start, long lastUpdate) {}

    private static final long NOT_BEGUN = -1;

    Transaction {
        partitions = Set.copyOf(partitions);
    }

    /** @return a new transactional id, EMPTY, whose producer has no epoch yet */
    static Transaction created(String transactionalId, long producerId, int timeoutMs, long nowMs) {
        return new Transaction(
                transactionalId,
                ProducerHistory.created(producerId),
                timeoutMs,
                TransactionState.EMPTY,
                Set.of(),
                new Times(NOT_BEGUN, nowMs),
                TransactionVersion.TV_0.featureLevel());
    }

    boolean isOpen() {
        return state == TransactionState.ONGOING;
    }

    /** @return whether it is decided, and its markers have still to be written */
    boolean isPrepared() {
        return state == TransactionState.PREPARE_COMMIT || state == TransactionState.PREPARE_ABORT;
    }

    boolean isTimedOut(long nowMs) {
        return isOpen() && times.start + timeoutMs < nowMs;
    }

    boolean isExpired(long expirationMs, long nowMs) {
        return state.isExpirationAllowed() && times.lastUpdate + expirationMs <= nowMs;
    }

    /** @return whether the producer's epoch is raised with every transaction (KIP-890) */
    boolean bumpsEpochs() {
        return TransactionVersion.fromFeatureLevel(clientVersion).supportsEpochBump();
    }

    /** @return the transaction, EMPTY again, with this producer */
    Transaction initialized(ProducerHistory next, int newTimeoutMs, long nowMs) {
        return new Transaction(
                transactionalId,
                next,
                newTimeoutMs,
                TransactionState.EMPTY,
                Set.of(),
                new Times(NOT_BEGUN, nowMs),
                clientVersion);
    }

    /** @return the transaction, ONGOING, with these partitions added */
    Transaction withPartitions(Set<TopicPartition> added, short version, long nowMs) {
        Set<TopicPartition> all = new HashSet<>(partitions);
        all.addAll(added);
        return new Transaction(
                transactionalId,
                producer.kept(),
                timeoutMs,
                TransactionState.ONGOING,
                all,
                new Times(isOpen() ? times.start : nowMs, nowMs),
                version);
    }

    /**
     * @return the transaction, decided; one that was not open has no start time, and gets the present time
     */
    Transaction prepared(boolean commit, ProducerHistory next, short version, long nowMs) {
        return new Transaction(
                transactionalId,
                next,
                timeoutMs,
                commit ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT,
                partitions,
                new Times(isOpen() ? times.start : nowMs, nowMs),
                version);
    }

    /** @return the transaction, its abort decided by the coordinator; the next epoch fences the producer */
    Transaction fenced(long nowMs) {
        return prepared(
                false, producer.bumped(RecordBatch.NO_PRODUCER_ID), TransactionVersion.TV_2.featureLevel(), nowMs);
    }

    /** @return the id and epoch the producer goes on with, known even before the markers are written */
    ProducerEpoch nextProducerEpoch() {
        return bumpsEpochs() && producer.nextId() != RecordBatch.NO_PRODUCER_ID
                ? new ProducerEpoch(producer.nextId(), (short) 0)
                : producer.now();
    }

    /** @return whether a producer uses the epoch it was given at the end, before the markers are written */
    boolean isAhead(ProducerEpoch other) {
        return isPrepared() && other.equals(nextProducerEpoch());
    }

    /** @return the prepared transaction, completed: its markers are durable */
    Transaction completed(long nowMs) {
        boolean rotates = bumpsEpochs() && producer.nextId() != RecordBatch.NO_PRODUCER_ID;
        return new Transaction(
                transactionalId,
                rotates
                        ? producer.rotated(producer.nextId(), producer.lastEpoch())
                        : producer.withEpochs(producer.epoch(), producer.lastEpoch()),
                timeoutMs,
                state == TransactionState.PREPARE_COMMIT
                        ? TransactionState.COMPLETE_COMMIT
                        : TransactionState.COMPLETE_ABORT,
                Set.of(),
                new Times(times.start, nowMs),
                clientVersion);
    }
}
