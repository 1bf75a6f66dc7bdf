// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.read.Isolation;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;

/**
 * Keeps, while a fetch waits, the answers of the partitions that have nothing for it: until its high
 * watermark rises, such a partition need not be read again. Used on the event loop of the fetch's connection.
 */
final class IdleAnswers {
    /** No answers. */
    static final IdleAnswers NONE = new IdleAnswers(new PartitionData[0]);

    /** By position in the request; null where the partition must be read again. */
    private final PartitionData[] answers;

    private IdleAnswers(PartitionData[] answers) {
        this.answers = answers;
    }

    /**
     * @param fetches the partitions of the request
     * @param result what was read of them; its records may be released
     * @param isolation how far the client sees
     * @return the answers that stay right until a high watermark rises
     */
    static IdleAnswers of(List<PartitionFetch> fetches, FetchResult result, Isolation isolation) {
        PartitionData[] idle = new PartitionData[fetches.size()];
        for (int i = 0; i < idle.length; i++) {
            PartitionData answer = result.answers().get(i);
            long visible = isolation == Isolation.READ_COMMITTED ? answer.lastStableOffset() : answer.highWatermark();
            if (!FetchResult.isFailed(answer) && visible <= fetches.get(i).offset()) {
                idle[i] = answer;
            }
        }
        return new IdleAnswers(idle);
    }

    /** @return the answer of the partition at a position in the request; null if it must be read again */
    PartitionData at(int position) {
        return position < answers.length ? answers[position] : null;
    }

    /**
     * Drops an answer if it is out of date.
     *
     * @param highWatermark of the partition, now
     * @return true if the answer is kept
     */
    boolean keep(int position, long highWatermark) {
        if (answers[position] != null && answers[position].highWatermark() != highWatermark) {
            answers[position] = null;
        }
        return answers[position] != null;
    }

    /** Drops an answer: the partition must be read again. */
    void drop(int position) {
        answers[position] = null;
    }
}
