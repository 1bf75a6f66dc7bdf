// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.server.share.SharedPartitionRef;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;

/** Gathers what is answered about partitions to a share fetch. Stateless. */
final class ShareFetchAnswer {
    private ShareFetchAnswer() {}

    /** A topic with an identity hash code: clients cannot make it collide, which takes quadratic time. */
    private static final class Fetched extends ShareFetchableTopicResponse {
        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** @return the answers, the partitions of each topic beside each other */
    static ShareFetchResponseData of(Map<SharedPartitionRef, PartitionData> answers) {
        Map<Uuid, ShareFetchableTopicResponse> topics = new LinkedHashMap<>();
        answers.forEach((ref, answer) -> topics.computeIfAbsent(ref.topic(), id -> new Fetched().setTopicId(id))
                .partitions()
                .add(answer));
        ShareFetchResponseData response = new ShareFetchResponseData();
        response.responses().addAll(topics.values());
        return response;
    }
}
