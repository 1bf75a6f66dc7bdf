// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.produce.TransactionalRequestCheck;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsResponse;

/** Guards the APIs about records and their offsets. Fetches are guarded where they read. Stateless. */
final class RecordGuards {
    private static final short DENIED = Errors.TOPIC_AUTHORIZATION_FAILED.code();

    private RecordGuards() {}

    static CompletionStage<? extends ApiMessage> produce(Asked asked, ApiHandler handler) {
        ProduceRequestData data = asked.data(ProduceRequestData.class);
        if (data.transactionalId() != null && isTransactional(data)) {
            asked.requireTransaction(AclOperation.WRITE, data.transactionalId());
        }
        Denied<TopicProduceData> denied = asked.denied(
                data.topicData(), AclOperation.WRITE, topic -> asked.topicName(topic.name(), topic.topicId()));
        if (denied.isEmpty()) {
            return asked.serve(handler);
        }
        return denied.serve(asked.request(), handler, ProduceResponseData.class, RecordGuards::refuse)
                .thenApply(answer -> {
                    if (answer == null) {
                        throw new CloseConnectionException("produce with acks=0 to a topic that it may not write to");
                    }
                    return answer;
                });
    }

    /** One transactional batch suffices; the handler refuses those that name no transaction. */
    private static boolean isTransactional(ProduceRequestData data) {
        return data.topicData().stream()
                .flatMap(topic -> topic.partitionData().stream())
                .anyMatch(TransactionalRequestCheck::isTransactional);
    }

    private static void refuse(ProduceResponseData response, TopicProduceData topic) {
        TopicProduceResponse refused =
                new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
        topic.partitionData()
                .forEach(partition -> refused.partitionResponses()
                        .add(new PartitionProduceResponse()
                                .setIndex(partition.index())
                                .setErrorCode(DENIED)
                                .setBaseOffset(-1)
                                .setLogAppendTimeMs(-1)
                                .setLogStartOffset(-1)));
        response.responses().add(refused);
    }

    static CompletionStage<? extends ApiMessage> listOffsets(Asked asked, ApiHandler handler) {
        return asked.denied(
                        asked.data(ListOffsetsRequestData.class).topics(),
                        AclOperation.DESCRIBE,
                        ListOffsetsTopic::name)
                .serve(asked.request(), handler, ListOffsetsResponseData.class, (response, topic) -> {
                    ListOffsetsTopicResponse refused = new ListOffsetsTopicResponse().setName(topic.name());
                    topic.partitions()
                            .forEach(partition -> refused.partitions()
                                    .add(new ListOffsetsPartitionResponse()
                                            .setPartitionIndex(partition.partitionIndex())
                                            .setErrorCode(DENIED)));
                    response.setTopics(Lists.with(response.topics(), refused));
                });
    }

    static CompletionStage<? extends ApiMessage> deleteRecords(Asked asked, ApiHandler handler) {
        return asked.denied(
                        asked.data(DeleteRecordsRequestData.class).topics(),
                        AclOperation.DELETE,
                        DeleteRecordsTopic::name)
                .serve(asked.request(), handler, DeleteRecordsResponseData.class, (response, topic) -> {
                    DeleteRecordsTopicResult refused = new DeleteRecordsTopicResult().setName(topic.name());
                    topic.partitions()
                            .forEach(partition -> refused.partitions()
                                    .add(new DeleteRecordsPartitionResult()
                                            .setPartitionIndex(partition.partitionIndex())
                                            .setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK)
                                            .setErrorCode(DENIED)));
                    response.topics().add(refused);
                });
    }

    static CompletionStage<? extends ApiMessage> leaderEpochs(Asked asked, ApiHandler handler) {
        if (asked.showsCluster(AclOperation.CLUSTER_ACTION)) {
            return asked.serve(handler);
        }
        return asked.denied(
                        asked.data(OffsetForLeaderEpochRequestData.class).topics(),
                        AclOperation.DESCRIBE,
                        OffsetForLeaderTopic::topic)
                .serve(asked.request(), handler, OffsetForLeaderEpochResponseData.class, (response, topic) -> {
                    OffsetForLeaderTopicResult refused = new OffsetForLeaderTopicResult().setTopic(topic.topic());
                    topic.partitions()
                            .forEach(partition -> refused.partitions()
                                    .add(new EpochEndOffset()
                                            .setPartition(partition.partition())
                                            .setErrorCode(DENIED)));
                    response.topics().add(refused);
                });
    }
}
