// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;

/**
 * A partition to be imported: its log, and what its batch headers say, read before anything is copied. Not
 * thread-safe.
 */
final class SourcePartition {
    private final KafkaPartitionLog log;
    private final ImportedTransactions transactions = new ImportedTransactions();
    private long end;
    private int leaderEpoch = -1;
    private long records;
    private long bytes;
    private long abortedRecords;

    private SourcePartition(KafkaPartitionLog log) {
        this.log = log;
        end = log.lastBase();
    }

    /** @param abortUndecided true to count transactions without an end as aborted */
    static SourcePartition of(KafkaPartitionLog log, boolean abortUndecided) {
        SourcePartition partition = new SourcePartition(log);
        log.visit(partition::note, () -> {});
        if (abortUndecided) {
            partition.transactions.abortUndecided();
        }
        log.visit(partition::count, () -> {});
        return partition;
    }

    private void note(ByteBuffer segment, int at, int size) {
        transactions.note(segment, at);
        end = Math.max(end, BatchHeader.nextOffset(segment, at));
        leaderEpoch = Math.max(leaderEpoch, BatchHeader.leaderEpoch(segment, at));
    }

    private void count(ByteBuffer segment, int at, int size) {
        if (transactions.isAborted(segment, at)) {
            abortedRecords += BatchHeader.recordCount(segment, at);
        } else {
            bytes += size;
            records += BatchHeader.isControl(segment, at) ? 0 : BatchHeader.recordCount(segment, at);
        }
    }

    KafkaPartitionLog log() {
        return log;
    }

    ImportedTransactions transactions() {
        return transactions;
    }

    /** @return the log end offset, exclusive */
    long end() {
        return end;
    }

    /** @return the highest leader epoch in a batch, or -1 */
    int leaderEpoch() {
        return leaderEpoch;
    }

    /** @return records to be imported; markers do not count */
    long records() {
        return records;
    }

    /** @return bytes of batches to be imported */
    long bytes() {
        return bytes;
    }

    /** @return records of aborted transactions, which are not imported */
    long abortedRecords() {
        return abortedRecords;
    }
}
