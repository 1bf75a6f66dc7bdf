// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

import io.varve.core.producer.SequenceCheck;
import io.varve.core.producer.SequenceNumbers;
import io.varve.core.producer.SequenceVerdict;
import io.varve.core.producer.SequencedBatch;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.PartitionId;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;

/**
 * Checks the sequences of a run: all its batches are new, or all of them were appended before. A batch that
 * follows another batch of its producer in the run is compared with that batch, every other with what
 * {@link SequenceCheck} knows. Used with the writer's lock held.
 */
public final class RunSequenceCheck {
    private static final int NONE = -1;

    private final PartitionId id;
    private final SequenceCheck sequences;

    /**
     * @param id the partition, for messages
     * @param sequences checks a batch against the producers' state
     */
    public RunSequenceCheck(PartitionId id, SequenceCheck sequences) {
        this.id = id;
        this.sequences = sequences;
    }

    /**
     * Checks all batches of a run.
     *
     * @param run the batches, checked
     * @param guard proves that they belong to a transaction that is not open in this partition yet
     * @return the offsets at which the batches were appended before, or null when all are new
     * @throws AppendException if one does not follow its producer's last; OUT_OF_ORDER_SEQUENCE_NUMBER also
     *     if some were appended before and others not
     */
    public SequenceVerdict.Duplicate check(AppendRun run, VerificationGuard guard) {
        ByteBuffer bytes = run.bytes();
        SequenceVerdict.Duplicate first = null;
        SequencedBatch last = null;
        boolean isNew = false;
        for (int at = run.start(); at < run.end(); at += BatchHeader.sizeInBytes(bytes, at)) {
            int before = before(bytes, run, at);
            SequenceVerdict verdict = before == NONE || last != null
                    ? sequences.checkBatch(bytes, at, run.origin() != AppendOrigin.BROKER, guard)
                    : follows(bytes, before, at);
            if (verdict instanceof SequenceVerdict.Duplicate duplicate) {
                first = first == null ? duplicate : first;
                last = duplicate.original();
            } else if (verdict != SequenceVerdict.Accepted.INSTANCE) {
                throw AppendRefusals.of(
                        verdict,
                        id,
                        BatchHeader.producerId(bytes, at),
                        BatchHeader.producerEpoch(bytes, at),
                        "sequence " + BatchHeader.baseSequence(bytes, at));
            } else {
                isNew = true;
            }
        }
        if (first == null) {
            return null;
        }
        if (isNew) {
            throw new AppendException(
                    AppendException.Kind.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    id + ": some of the batches of one append were appended before, others were not; append them one"
                            + " by one");
        }
        return new SequenceVerdict.Duplicate(spanning(first.original(), last));
    }

    private static SequencedBatch spanning(SequencedBatch first, SequencedBatch last) {
        return new SequencedBatch(
                first.firstSequence(),
                last.lastSequence(),
                first.firstOffset(),
                last.lastOffset(),
                Math.max(first.timestamp(), last.timestamp()));
    }

    /**
     * @return index of the producer's last batch before {@code at}, or -1 if there is none or its sequences
     *     are not checked
     */
    private static int before(ByteBuffer bytes, AppendRun run, int at) {
        int before = NONE;
        boolean counts = run.origin() != AppendOrigin.BROKER && BatchHeader.producerId(bytes, at) >= 0;
        for (int other = run.start(); counts && other < at; other += BatchHeader.sizeInBytes(bytes, other)) {
            before = BatchHeader.producerId(bytes, other) == BatchHeader.producerId(bytes, at) ? other : before;
        }
        return before;
    }

    private static SequenceVerdict follows(ByteBuffer bytes, int before, int at) {
        int due = SequenceNumbers.plus(BatchHeader.baseSequence(bytes, before), BatchHeader.recordCount(bytes, before));
        short epoch = BatchHeader.producerEpoch(bytes, before);
        if (BatchHeader.producerEpoch(bytes, at) != epoch) {
            return new SequenceVerdict.Fenced(epoch);
        }
        if (BatchHeader.isTransactional(bytes, at) != BatchHeader.isTransactional(bytes, before)) {
            return new SequenceVerdict.WrongTransaction("the batch before it is of another kind");
        }
        return BatchHeader.baseSequence(bytes, at) == due
                ? SequenceVerdict.Accepted.INSTANCE
                : new SequenceVerdict.OutOfOrder(due);
    }
}
