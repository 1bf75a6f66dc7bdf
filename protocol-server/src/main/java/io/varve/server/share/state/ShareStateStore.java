// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Reads and writes the states of share partitions. Thread-safe; no method blocks. */
public interface ShareStateStore {
    /**
     * Records with the same state.
     *
     * @param first first offset, inclusive
     * @param last last offset, inclusive
     * @param state Kafka's number of the state
     * @param deliveries how often the records were delivered
     */
    record StoredRun(long first, long last, byte state, short deliveries) {}

    /**
     * What is stored of a share partition.
     *
     * @param epoch raised when an administrator sets the start offset; a write with a lower one is refused
     * @param start the first offset that may be delivered; -1 if the group has begun nowhere
     * @param runs states of records from the start on, in the order of their offsets; gaps were never
     *     acknowledged
     */
    record StoredState(int epoch, long start, List<StoredRun> runs) {}

    /**
     * A change of what is stored.
     *
     * @param epoch the epoch that was read
     * @param leaderEpoch the leader epoch of the partition
     * @param start the first offset that may be delivered
     * @param completed number of records from the start on that are never delivered again
     * @param runs the new states of records
     */
    record StateChange(int epoch, int leaderEpoch, long start, int completed, List<StoredRun> runs) {}

    /**
     * @param id the share partition
     * @param leaderEpoch the leader epoch of the partition
     * @return what is stored; fails with one of Kafka's exceptions
     */
    CompletableFuture<StoredState> read(SharePartitionId id, int leaderEpoch);

    /**
     * @param id the share partition
     * @param change the change; changes of a share partition must not overlap
     * @return completes when the change is durable; fails with one of Kafka's exceptions, with
     *     NOT_LEADER_OR_FOLLOWER if the epoch is no longer the stored one
     */
    CompletableFuture<Void> write(SharePartitionId id, StateChange change);

    /**
     * Replaces all that is stored, in two steps: the start, then the states.
     *
     * @param id the share partition, which the group has begun
     * @param state the new state; changes of the share partition must not overlap
     * @return as {@link #write}
     */
    CompletableFuture<Void> replace(SharePartitionId id, StateChange state);
}
