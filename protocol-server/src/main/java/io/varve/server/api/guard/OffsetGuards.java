// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** Guards the APIs that change committed offsets. Stateless. */
final class OffsetGuards {
    private static final short DENIED = Errors.TOPIC_AUTHORIZATION_FAILED.code();

    private OffsetGuards() {}

    static CompletionStage<? extends ApiMessage> commit(Asked asked, ApiHandler handler) {
        OffsetCommitRequestData data = asked.data(OffsetCommitRequestData.class);
        asked.requireGroup(AclOperation.READ, data.groupId());
        return asked.denied(data.topics(), AclOperation.READ, topic -> asked.topicName(topic.name(), topic.topicId()))
                .serve(asked.request(), handler, OffsetCommitResponseData.class, (response, topic) -> {
                    OffsetCommitResponseTopic refused = new OffsetCommitResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.topicId());
                    topic.partitions()
                            .forEach(partition -> refused.partitions()
                                    .add(new OffsetCommitResponsePartition()
                                            .setPartitionIndex(partition.partitionIndex())
                                            .setErrorCode(DENIED)));
                    response.setTopics(Lists.with(response.topics(), refused));
                });
    }

    static CompletionStage<? extends ApiMessage> commitInTransaction(Asked asked, ApiHandler handler) {
        TxnOffsetCommitRequestData data = asked.data(TxnOffsetCommitRequestData.class);
        asked.requireTransaction(AclOperation.WRITE, data.transactionalId());
        asked.requireGroup(AclOperation.READ, data.groupId());
        return asked.denied(data.topics(), AclOperation.READ, TxnOffsetCommitRequestTopic::name)
                .serve(asked.request(), handler, TxnOffsetCommitResponseData.class, (response, topic) -> {
                    TxnOffsetCommitResponseTopic refused = new TxnOffsetCommitResponseTopic().setName(topic.name());
                    topic.partitions()
                            .forEach(partition -> refused.partitions()
                                    .add(new TxnOffsetCommitResponsePartition()
                                            .setPartitionIndex(partition.partitionIndex())
                                            .setErrorCode(DENIED)));
                    response.setTopics(Lists.with(response.topics(), refused));
                });
    }

    /** Errors of topics beside an error of the whole request would say nothing. */
    static CompletionStage<? extends ApiMessage> delete(Asked asked, ApiHandler handler) {
        OffsetDeleteRequestData data = asked.data(OffsetDeleteRequestData.class);
        asked.requireGroup(AclOperation.DELETE, data.groupId());
        return asked.denied(data.topics(), AclOperation.READ, OffsetDeleteRequestTopic::name)
                .serve(asked.request(), handler, OffsetDeleteResponseData.class, (response, topic) -> {
                    if (response.errorCode() != Errors.NONE.code()) {
                        return;
                    }
                    OffsetDeleteResponseTopic refused = new OffsetDeleteResponseTopic().setName(topic.name());
                    topic.partitions()
                            .forEach(partition -> refused.partitions()
                                    .add(new OffsetDeleteResponsePartition()
                                            .setPartitionIndex(partition.partitionIndex())
                                            .setErrorCode(DENIED)));
                    response.topics().add(refused);
                });
    }
}
