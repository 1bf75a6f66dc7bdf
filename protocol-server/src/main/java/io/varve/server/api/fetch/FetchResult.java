// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.server.api.SliceRecords;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The responses of a fetch's partitions, in the order of the request. Holds stored records until they are
 * sent or released. Not thread-safe.
 */
final class FetchResult {
    private final List<PartitionData> answers;
    private long bytes;
    private boolean failed;
    private int unknown;

    /** @param partitions number of partitions that will be added */
    FetchResult(int partitions) {
        answers = new ArrayList<>(partitions);
    }

    /** @param answer the response of the next partition; owned by this result from now on */
    void add(PartitionData answer) {
        answers.add(answer);
        bytes += answer.records().sizeInBytes();
        if (isUnknown(answer)) {
            unknown++;
        } else {
            failed |= isFailed(answer);
        }
    }

    /** @return true if the answer holds an error code, or says where the client's log diverges (KIP-595) */
    static boolean isFailed(PartitionData answer) {
        return answer.errorCode() != Errors.NONE.code()
                || answer.divergingEpoch().endOffset() >= 0;
    }

    /** @return true if the error code says that the partition does not exist, or not for this client */
    static boolean isUnknown(PartitionData answer) {
        return answer.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code()
                || answer.errorCode() == Errors.UNKNOWN_TOPIC_ID.code()
                || answer.errorCode() == Errors.TOPIC_AUTHORIZATION_FAILED.code();
    }

    /** @return the responses of the partitions so far */
    List<PartitionData> answers() {
        return answers;
    }

    /** @return bytes of records in them */
    long bytes() {
        return bytes;
    }

    /** @return true if an existing partition could not be read: the fetch must not wait then */
    boolean failed() {
        return failed;
    }

    /** @return true if a partition exists, and may have more records later */
    boolean isAnyKnown() {
        return unknown < answers.size();
    }

    /** Releases all stored records: nothing of this result may be sent afterwards. */
    void release() {
        answers.forEach(FetchResult::release);
    }

    /** @param answer releases its stored records; it must not be sent afterwards */
    static void release(PartitionData answer) {
        if (answer.records() instanceof SliceRecords stored) {
            stored.close();
        }
    }
}
