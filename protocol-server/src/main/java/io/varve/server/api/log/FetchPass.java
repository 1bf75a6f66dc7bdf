// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.log;

import io.varve.server.api.StoredRecords;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/** What one reading of all of a fetch's partitions gave, in the order of its wishes. Holds stored bytes until sent or released. */
final class FetchPass {
    private final List<PartitionData> answers;
    private long bytes;
    private boolean failed;

    /** @param partitions how many partitions are to come */
    FetchPass(int partitions) {
        answers = new ArrayList<>(partitions);
    }

    /** @param answer of the next partition */
    void add(PartitionData answer) {
        answers.add(answer);
        bytes += answer.records().sizeInBytes();
        failed |= answer.errorCode() != Errors.NONE.code();
    }

    /** @return the partitions' answers */
    List<PartitionData> answers() {
        return answers;
    }

    /** @return bytes of records in them */
    long bytes() {
        return bytes;
    }

    /** @return true if a partition's answer is an error, which is not to be waited with */
    boolean failed() {
        return failed;
    }

    /** Gives all stored bytes back: nothing of this pass is to be sent. */
    void release() {
        answers.forEach(FetchPass::release);
    }

    /** @param answer one that is not to be sent */
    static void release(PartitionData answer) {
        if (answer.records() instanceof StoredRecords stored) {
            stored.close();
        }
    }
}
