// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.VarveException;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.transaction.VerificationGuard;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends what producers send. Every record is looked at first; the bytes go to the log as they came off the wire, but for their offsets and
 * timestamps, unless the topic wants them compressed otherwise. A request that decompresses to much is served on a worker thread.
 *
 * <p>A request is done when the high watermark has passed its records, whatever its acks: who was answered, or asks on the same connection, can
 * read what was written. acks=0 is never answered: when a partition fails, the connection is closed, which is all its producer can notice. One
 * copy is all there is, so {@code min.insync.replicas} is always met.
 *
 * <p>A transaction's first batch in a partition waits for the transaction coordinator ({@link AdmittedAppends}). Nobody but the broker writes
 * internal topics.
 */
public final class ProduceHandler implements ApiHandler {
    private static final short ACKS_NONE = 0;
    private static final short ACKS_LEADER = 1;
    private static final short ACKS_ALL = -1;

    /** One request on its way. */
    private record Job(Request request, PendingProduceResponse pending, AdmittedAppends.RequestBatches transaction) {}

    /** A batch that may be appended. */
    private record Checked(PartitionLog log, AppendRun run, PartitionProduceResponse answer) {}

    private final Topics topics;
    private final AdmittedAppends admitted;

    /**
     * @param topics finds the logs
     * @param transactions asked before a transaction's first batch in a partition is appended
     */
    public ProduceHandler(Topics topics, TransactionVerifier transactions) {
        this.topics = topics;
        admitted = new AdmittedAppends(transactions);
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ProduceRequestData data = (ProduceRequestData) request.body().data();
        TransactionalRequestCheck.check(data);
        AppendBackpressure.require(data, request, topics);
        ProduceResponseData response = new ProduceResponseData();
        List<Checked> batches = check(data, request, response);
        if (!request.background()) {
            return append(data, request, response, batches);
        }
        // Looking at the batches took long; appending them does not, and belongs to the loop. The bytes last as long as
        // this call.
        return EventLoopCall.run(request.connection().executor(), () -> append(data, request, response, batches));
    }

    private CompletionStage<ProduceResponseData> append(
            ProduceRequestData data, Request request, ProduceResponseData response, List<Checked> batches) {
        PendingProduceResponse pending = new PendingProduceResponse(response, request.connection());
        AdmittedAppends.RequestBatches transaction = data.transactionalId() == null
                ? null
                : admitted.request(data.transactionalId(), request.connection(), request.version());
        Job job = new Job(request, pending, transaction);
        for (Checked batch : batches) {
            append(batch, job);
        }
        if (transaction == null) {
            return answer(data, pending);
        }
        return transaction.ended().thenCompose(ended -> answer(data, pending));
    }

    private static CompletionStage<ProduceResponseData> answer(
            ProduceRequestData data, PendingProduceResponse pending) {
        CompletionStage<ProduceResponseData> settled = pending.await(data.timeoutMs());
        return data.acks() == ACKS_NONE ? settled.thenCompose(ProduceHandler::unanswered) : settled;
    }

    /** Looks at every batch of a request before any is appended: what takes long must have had no effect when that shows. */
    private List<Checked> check(ProduceRequestData data, Request request, ProduceResponseData response) {
        boolean unknownAcks = data.acks() != ACKS_NONE && data.acks() != ACKS_LEADER && data.acks() != ACKS_ALL;
        DecompressionMeter meter = request.background()
                ? new WorkerDecompressionLimit(request.connection())
                : new LoopDecompressionLimit();
        List<Checked> batches = new ArrayList<>();
        for (TopicProduceData wanted : DistinctPartitions.oneOfEach(data.topicData())) {
            Topic topic = byId(request) ? topics.byId(wanted.topicId()) : topics.byName(wanted.name());
            TopicProduceResponse told = answer(response, wanted);
            for (PartitionProduceData partition : DistinctPartitions.lastOfEach(wanted.partitionData())) {
                PartitionProduceResponse answer = blank(partition.index());
                told.partitionResponses().add(answer);
                if (unknownAcks) {
                    fail(answer, Errors.INVALID_REQUIRED_ACKS, null);
                } else {
                    check(topic, partition, request, answer, meter, batches);
                }
            }
        }
        return batches;
    }

    private static TopicProduceResponse answer(ProduceResponseData response, TopicProduceData wanted) {
        TopicProduceResponse told = new TopicProduceResponse()
                .setName(wanted.name())
                .setTopicId(wanted.topicId())
                .setPartitionResponses(new ArrayList<>(wanted.partitionData().size()));
        response.responses().add(told);
        return told;
    }

    private static boolean byId(Request request) {
        return request.version() >= ProduceVersions.FIRST_WITH_TOPIC_IDS;
    }

    private static void check(
            Topic topic,
            PartitionProduceData wanted,
            Request request,
            PartitionProduceResponse answer,
            DecompressionMeter meter,
            List<Checked> batches) {
        PartitionLog log = Topic.log(topic, wanted.index());
        if (log == null) {
            boolean unknownId = topic == null && byId(request);
            fail(answer, unknownId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
            return;
        }
        if (topic.internal()) {
            fail(answer, Errors.INVALID_TOPIC_EXCEPTION, "Cannot append to internal topic " + topic.name());
            return;
        }
        try {
            ByteBuffer batch = ClientBatch.of(wanted.records(), request.version());
            batches.add(new Checked(log, log.appender().check(batch, AppendOrigin.CLIENT, meter), answer));
        } catch (HeavyRequestException | CloseConnectionException ends) {
            throw ends;
        } catch (VarveException refused) {
            fail(answer, refused);
        }
    }

    private static void append(Checked batch, Job job) {
        AppendRun run = batch.run;
        if (BatchHeader.isTransactional(run.bytes(), run.bytes().position())) {
            TopicPartition partition =
                    new TopicPartition(batch.log.id().topic(), batch.log.id().partition());
            job.transaction.add(batch.log, partition, run, new InTransaction(batch.log, job, batch.answer));
            return;
        }
        try {
            append(batch.log, run, VerificationGuard.NONE, job, batch.answer);
        } catch (VarveException refused) {
            fail(batch.answer, refused);
        }
    }

    private static void append(
            PartitionLog log, AppendRun run, VerificationGuard guard, Job job, PartitionProduceResponse answer) {
        AppendResult appended =
                log.appender().append(run, guard, job.request.connection().executor());
        answer.setBaseOffset(appended.baseOffset())
                .setLogAppendTimeMs(appended.logAppendTimeMs())
                .setLogStartOffset(appended.logStartOffset());
        job.pending.add(log, appended, answer);
    }

    /** What becomes of a batch in a transaction. */
    private record InTransaction(PartitionLog log, Job job, PartitionProduceResponse answer)
            implements AdmittedAppends.AppendCall {
        @Override
        public AppendException now(AppendRun batch, VerificationGuard guard) {
            try {
                append(log, batch, guard, job, answer);
            } catch (AppendException e) {
                if (e.kind() == AppendException.Kind.INVALID_TXN_STATE) {
                    return e;
                }
                fail(answer, e);
            } catch (VarveException e) {
                fail(answer, e);
            }
            return null;
        }

        @Override
        public void refused(Errors error) {
            Errors told = ProduceVersions.errorFor(error, job.request.version());
            fail(answer, told, "The partition could not be made part of the transaction: " + error.message());
        }

        @Override
        public void refused(AppendException refused) {
            fail(answer, refused);
        }
    }

    private static void fail(PartitionProduceResponse answer, VarveException refused) {
        fail(answer, KafkaErrors.ofAppend(refused), refused.getMessage());
        nameRecords(refused, answer);
    }

    /** Names the records that a batch is refused for: a producer fails those by themselves (KIP-467). */
    private static void nameRecords(VarveException failure, PartitionProduceResponse answer) {
        if (failure instanceof AppendException refused) {
            refused.records()
                    .forEach(fault -> answer.recordErrors()
                            .add(new BatchIndexAndErrorMessage()
                                    .setBatchIndex(fault.index())
                                    .setBatchIndexErrorMessage(fault.message())));
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
