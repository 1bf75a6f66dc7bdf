// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.VarveException;
import io.varve.core.log.PartitionLog;
import io.varve.core.record.DecompressionMeter;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.api.produce.DistinctPartitions;
import io.varve.server.api.produce.WorkerDecompressionLimit;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.Caller;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Serves produce requests of old versions: converts their messages to magic 2 on a worker thread, and has the
 * batches appended as those of today are. The answer names the partitions whose messages were refused, beside
 * the others.
 */
final class OldProduceHandler extends OldVersions {
    private final Topics topics;
    private final Access access;

    /**
     * @param today serves the versions of today
     * @param topics finds the logs, and how large their batches may be
     * @param access decides whose messages are looked at
     */
    OldProduceHandler(ApiHandler today, Topics topics, Access access) {
        super(today);
        this.topics = topics;
        this.access = access;
    }

    @Override
    CompletionStage<? extends ApiMessage> handleOld(Request request, OldRequest old) {
        ProduceRequestData data = (ProduceRequestData) old.data();
        if (!request.background() && needsConversion(data)) {
            throw new HeavyRequestException("messages of old formats are converted");
        }
        List<TopicProduceResponse> answered = new ArrayList<>();
        ProduceRequestData converted = convert(request, data, answered);
        return today().handle(OldRequest.asOfToday(request, new ProduceRequest(converted, old.version())))
                .thenCompose(response -> merge(old, (ProduceResponseData) response, answered));
    }

    private static boolean needsConversion(ProduceRequestData data) {
        return data.topicData().stream()
                .flatMap(topic -> topic.partitionData().stream())
                .anyMatch(partition -> UpConversion.isNeeded(bytes(partition.records())));
    }

    private static ByteBuffer bytes(BaseRecords records) {
        return records == null ? ByteBuffer.allocate(0) : ((MemoryRecords) records).buffer();
    }

    /** @param answered gets the answers of the partitions that have nothing to append */
    private ProduceRequestData convert(Request request, ProduceRequestData data, List<TopicProduceResponse> answered) {
        DecompressionMeter meter = new WorkerDecompressionLimit(request.connection());
        Caller caller = new Caller(request);
        TopicProduceDataCollection converted = new TopicProduceDataCollection();
        for (TopicProduceData topic : DistinctPartitions.mergeTopics(data.topicData())) {
            Topic known = access.shows(caller, AclOperation.WRITE, ResourceType.TOPIC, topic.name())
                    ? topics.byName(topic.name())
                    : null;
            List<PartitionProduceData> batches = new ArrayList<>();
            List<PartitionProduceResponse> answers = new ArrayList<>();
            for (PartitionProduceData partition : DistinctPartitions.lastOfEach(topic.partitionData())) {
                PartitionLog log = Topic.log(known, partition.index());
                if (log == null || known.internal()) {
                    batches.add(partition); // is refused without a look at its messages
                    continue;
                }
                ByteBuffer set = bytes(partition.records());
                PartitionProduceData batch = new PartitionProduceData().setIndex(partition.index());
                try {
                    ByteBuffer bytes = UpConversion.isNeeded(set)
                            ? new UpConversion(set, meter, log.config().maxMessageBytes()).convert()
                            : set;
                    if (bytes == null || !bytes.hasRemaining()) {
                        answers.add(answer(partition, Errors.NONE));
                    } else {
                        batches.add(batch.setRecords(MemoryRecords.readableRecords(bytes)));
                    }
                } catch (CloseConnectionException ends) {
                    throw ends;
                } catch (VarveException refused) {
                    answers.add(answer(partition, KafkaErrors.ofAppend(refused)));
                }
            }
            converted.add(new TopicProduceData().setName(topic.name()).setPartitionData(batches));
            answered.add(new TopicProduceResponse().setName(topic.name()).setPartitionResponses(answers));
        }
        return new ProduceRequestData()
                .setAcks(data.acks())
                .setTimeoutMs(data.timeoutMs())
                .setTopicData(converted);
    }

    private static PartitionProduceResponse answer(PartitionProduceData partition, Errors error) {
        return new PartitionProduceResponse()
                .setIndex(partition.index())
                .setErrorCode(error.code())
                .setBaseOffset(-1)
                .setLogAppendTimeMs(-1);
    }

    /** @param response the answer of today; null for acks=0 */
    private static CompletionStage<ApiMessage> merge(
            OldRequest request, ProduceResponseData response, List<TopicProduceResponse> answered) {
        if (response == null) {
            boolean refused = answered.stream()
                    .flatMap(topic -> topic.partitionResponses().stream())
                    .anyMatch(partition -> partition.errorCode() != Errors.NONE.code());
            return refused
                    ? CompletableFuture.failedFuture(
                            new CloseConnectionException("produce with acks=0 has messages that are refused"))
                    : CompletableFuture.completedFuture(null);
        }
        for (TopicProduceResponse topic : answered) {
            TopicProduceResponse appended = response.responses().find(topic.name(), topic.topicId());
            if (appended == null) {
                response.responses().add(topic);
            } else {
                appended.partitionResponses().addAll(topic.partitionResponses());
            }
        }
        return CompletableFuture.completedFuture(OldRequest.answer(request, response));
    }
}
