// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.share.SharedPartitionRef;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.junit.jupiter.api.Test;

class ShareFetchAnswerTest {
    private static final int TOPICS = 10_000;

    /** A session takes such ids a few at a time, and each fetch of it then answers them all. */
    @Test
    void idsThatCollideDoNotMakeTheAnswerSlow() {
        Map<SharedPartitionRef, PartitionData> answers = new LinkedHashMap<>();
        for (long id = 1; id <= TOPICS; id++) {
            for (int partition = 0; partition < 2; partition++) {
                answers.put(
                        new SharedPartitionRef(new Uuid(id, id), partition),
                        new PartitionData().setPartitionIndex(partition));
            }
        }
        assertThat(answers.keySet().stream().map(ref -> ref.topic().hashCode()).distinct())
                .hasSize(1);

        ShareFetchResponseData response = ShareFetchAnswer.of(answers);

        assertThat(response.responses()).hasSize(TOPICS);
        assertThat(response.responses())
                .allSatisfy(topic -> assertThat(topic.partitions())
                        .extracting(PartitionData::partitionIndex)
                        .containsExactly(0, 1));
        assertThat(response.responses().stream()
                        .mapToInt(ShareFetchableTopicResponse::hashCode)
                        .distinct()
                        .count())
                .isGreaterThan(TOPICS / 2);
    }
}
