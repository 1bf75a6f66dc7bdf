// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Commits and fetches one partition's offset, in versions 2 to 9 and 8 to 9. */
public final class Offsets {
    private Offsets() {}

    public static OffsetCommitRequestData committing(String group, String topic, Uuid id, int partition, long offset) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName(topic)
                        .setTopicId(id)
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(offset)))));
    }

    public static CompletableFuture<Errors> commit(TestClient client, OffsetCommitRequestData request, int version) {
        CompletableFuture<OffsetCommitResponseData> answer = client.send(ApiKeys.OFFSET_COMMIT, version, request);
        return answer.thenApply(
                data -> Errors.forCode(data.topics().get(0).partitions().get(0).errorCode()));
    }

    public static Errors commit(TestClient client, String group, String topic, int partition, long offset) {
        return commit(client, committing(group, topic, Uuid.ZERO_UUID, partition, offset), 9)
                .join();
    }

    public static OffsetFetchResponseGroup fetchGroup(
            TestClient client, String group, OffsetFetchRequestTopics topic, int version) {
        OffsetFetchResponseData answer = client.ask(
                ApiKeys.OFFSET_FETCH,
                version,
                new OffsetFetchRequestData()
                        .setGroups(List.of(new OffsetFetchRequestGroup()
                                .setGroupId(group)
                                .setTopics(topic == null ? null : List.of(topic)))));
        return answer.groups().get(0);
    }

    /** @return the committed offset, or -1; waits while groups are loaded */
    public static long fetch(TestClient client, String group, String topic, int partition) {
        OffsetFetchResponseGroup fetched = TestClient.until(
                answer -> answer.errorCode() == Errors.NONE.code(),
                () -> fetchGroup(
                        client,
                        group,
                        new OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(List.of(partition)),
                        9));
        return fetched.topics().get(0).partitions().get(0).committedOffset();
    }
}
