// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.server.api.SliceRecords;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * What one reading of all of a fetch's partitions gave, in the order of its fetches. Holds stored bytes until
 * sent or released.
 */
final class FetchResult {
    private final List<PartitionData> answers;
    private long bytes;
    private boolean failed;
    private int unknown;

    /** @param partitions how many partitions are to come */
    FetchResult(int partitions) {
        answers = new ArrayList<>(partitions);
    }

    /** @param answer of the next partition */
    void add(PartitionData answer) {
        answers.add(answer);
        bytes += answer.records().sizeInBytes();
        if (isUnknown(answer)) {
            unknown++;
        } else {
            failed |= answer.errorCode() != Errors.NONE.code() || FetchReader.hasDiverged(answer);
        }
    }

    /** @return true if the answer says that there is no such partition */
    private static boolean isUnknown(PartitionData answer) {
        return answer.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code()
                || answer.errorCode() == Errors.UNKNOWN_TOPIC_ID.code();
    }

    /** @return the partitions' answers */
    List<PartitionData> answers() {
        return answers;
    }

    /** @return bytes of records in them */
    long bytes() {
        return bytes;
    }

    /** @return true if a partition that is there cannot be read, which is not to be waited with */
    boolean failed() {
        return failed;
    }

    /**
     * Leaves out partitions that are not there: what cannot be known sooner by not waiting keeps nobody from
     * waiting for others.
     *
     * @param fetches what was read
     * @return those that may have more later
     */
    List<PartitionFetch> known(List<PartitionFetch> fetches) {
        if (unknown == 0) {
            return fetches;
        }
        List<PartitionFetch> known = new ArrayList<>(fetches.size() - unknown);
        for (int i = 0; i < answers.size(); i++) {
            if (!isUnknown(answers.get(i))) {
                known.add(fetches.get(i));
            }
        }
        return known;
    }

    /** Gives all stored bytes back: nothing of this result is to be sent. */
    void release() {
        answers.forEach(FetchResult::release);
    }

    /** @param answer one that is not to be sent */
    static void release(PartitionData answer) {
        if (answer.records() instanceof SliceRecords stored) {
            stored.close();
        }
    }
}
