// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.log;

import io.varve.core.VarveException;
import io.varve.core.log.Appended;
import io.varve.core.log.Origin;
import io.varve.core.log.PartitionLog;
import io.varve.core.record.BatchHeader;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Request;
import io.varve.server.metadata.Topic;
import io.varve.server.metadata.Topics;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends what producers send. The bytes go to the log as they came off the wire; only batch headers are looked at.
 *
 * <p>acks=0 is never answered: when a partition fails, the connection is closed, which is all its producer can notice. acks=1 is
 * answered once the records can be read, which is at the append where the storage shows them at once. acks=all is answered when the high
 * watermark has passed them. Whoever waits gets REQUEST_TIMED_OUT after the request's timeout. One copy is all there is, so {@code min.insync.replicas} is always met.
 *
 * <p>Nobody but the broker writes internal topics. Transactions are not served: transactional requests and batches get
 * UNSUPPORTED_VERSION with a message, partition by partition.
 */
final class ProduceHandler implements ApiHandler {
    /** The version from which topics go by id (KIP-516). */
    static final short FIRST_WITH_TOPIC_IDS = 13;

    private static final short ACKS_NONE = 0;
    private static final short ACKS_LEADER = 1;
    private static final short ACKS_ALL = -1;

    private static final String NO_TRANSACTIONS =
            "transactions are not served by this broker: produce without a transactional.id";

    private final Topics topics;

    /** @param topics finds the logs */
    ProduceHandler(Topics topics) {
        this.topics = topics;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ProduceRequestData data = (ProduceRequestData) request.body().data();
        ProduceResponseData response = new ProduceResponseData();
        PendingAnswer pending = data.acks() == ACKS_NONE
                ? null
                : new PendingAnswer(response, request.connection(), data.acks() == ACKS_ALL);
        Errors refusal = refusal(data);
        for (TopicProduceData wanted : data.topicData()) {
            Topic topic = request.version() >= FIRST_WITH_TOPIC_IDS
                    ? topics.byId(wanted.topicId())
                    : topics.byName(wanted.name());
            List<PartitionProduceResponse> answers =
                    new ArrayList<>(wanted.partitionData().size());
            for (PartitionProduceData partition : wanted.partitionData()) {
                answers.add(produce(topic, partition, request, refusal, pending));
            }
            response.responses()
                    .add(new TopicProduceResponse()
                            .setName(wanted.name())
                            .setTopicId(wanted.topicId())
                            .setPartitionResponses(answers));
        }
        return pending == null ? unanswered(response) : pending.await(data.timeoutMs());
    }

    private static Errors refusal(ProduceRequestData data) {
        if (data.acks() != ACKS_NONE && data.acks() != ACKS_LEADER && data.acks() != ACKS_ALL) {
            return Errors.INVALID_REQUIRED_ACKS;
        }
        return data.transactionalId() == null ? Errors.NONE : Errors.UNSUPPORTED_VERSION;
    }

    private static PartitionProduceResponse produce(
            Topic topic, PartitionProduceData wanted, Request request, Errors refusal, PendingAnswer pending) {
        PartitionProduceResponse answer = blank(wanted.index());
        PartitionLog log = topic == null ? null : topic.partition(wanted.index());
        if (log == null) {
            boolean unknownId = topic == null && request.version() >= FIRST_WITH_TOPIC_IDS;
            return fail(answer, unknownId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
        }
        if (topic.internal()) {
            return fail(answer, Errors.INVALID_TOPIC_EXCEPTION, "Cannot append to internal topic " + topic.name());
        }
        if (refusal != Errors.NONE) {
            return fail(answer, refusal, refusal == Errors.UNSUPPORTED_VERSION ? NO_TRANSACTIONS : null);
        }
        try {
            append(log, wanted, request, answer, pending);
        } catch (VarveException failure) {
            fail(answer, LogErrors.ofAppend(failure), failure.getMessage());
            LogErrors.nameRecords(failure, answer);
        }
        return answer;
    }

    private static void append(
            PartitionLog log,
            PartitionProduceData wanted,
            Request request,
            PartitionProduceResponse answer,
            PendingAnswer pending) {
        ByteBuffer batch = ClientBatch.of(wanted.records(), request.version());
        if (BatchHeader.isTransactional(batch, batch.position())) {
            fail(answer, Errors.UNSUPPORTED_VERSION, NO_TRANSACTIONS);
            return;
        }
        Appended appended =
                log.append(batch, Origin.CLIENT, request.connection().executor());
        answer.setBaseOffset(appended.baseOffset())
                .setLogAppendTimeMs(appended.logAppendTimeMs())
                .setLogStartOffset(appended.logStartOffset());
        if (pending != null) {
            pending.add(log, appended, answer);
        }
    }

    private static CompletionStage<ProduceResponseData> unanswered(ProduceResponseData response) {
        for (TopicProduceResponse topic : response.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                if (partition.errorCode() != Errors.NONE.code()) {
                    return CompletableFuture.failedFuture(new CloseConnectionException("produce with acks=0 failed: "
                            + topic.name() + "-" + partition.index() + " " + Errors.forCode(partition.errorCode())));
                }
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    private static PartitionProduceResponse blank(int index) {
        return new PartitionProduceResponse()
                .setIndex(index)
                .setBaseOffset(-1)
                .setLogAppendTimeMs(-1)
                .setLogStartOffset(-1);
    }

    /** Makes an answer say that nothing was appended, or that it is not known to last. */
    static PartitionProduceResponse fail(PartitionProduceResponse answer, Errors error, String message) {
        return answer.setErrorCode(error.code())
                .setErrorMessage(message)
                .setBaseOffset(-1)
                .setLogAppendTimeMs(-1)
                .setLogStartOffset(-1);
    }
}
