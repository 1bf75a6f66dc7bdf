// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.VarveException;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendOutcome;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.transaction.VerificationGuard;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.api.TopicTraffic;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends the batch that a produce request carries for one partition: validates the batch, appends it, and
 * fills in the partition's answer. It drops its reference to the batch after the append, because the answer
 * outlives the bytes of the request. Used by one thread at a time.
 */
final class PartitionAppend implements TransactionalAppend {
    private final Request request;
    private final PendingProduceResponse pending;
    private final Topic topic;
    private final PartitionLog log;
    private final PartitionProduceResponse answer;
    private final TopicTraffic traffic;
    /** The request's data for the partition; null once it has been validated. */
    private PartitionProduceData sent;
    /** The validated batch; null before validation, after the append, and when the batch is refused. */
    private AppendRun batch;

    /**
     * @param request the request
     * @param pending the request's response, which waits for the append
     * @param topic the topic, or null when it does not exist
     * @param sent the request's data for the partition
     * @param traffic counts what is appended
     */
    PartitionAppend(
            Request request,
            PendingProduceResponse pending,
            Topic topic,
            PartitionProduceData sent,
            TopicTraffic traffic) {
        this.traffic = traffic;
        this.request = request;
        this.pending = pending;
        this.topic = topic;
        this.log = Topic.log(topic, sent.index());
        this.sent = sent;
        answer = unfilled(new PartitionProduceResponse().setIndex(sent.index()));
    }

    /** @return the partition's log, or null when the partition does not exist */
    PartitionLog log() {
        return log;
    }

    /** @return the partition's answer, filled in by validation and append */
    PartitionProduceResponse answer() {
        return answer;
    }

    /**
     * Validates the batch. Fills an error into the answer when the batch must not be appended.
     *
     * @param meter counts the decompressed bytes
     * @throws HeavyRequestException if a worker thread must validate the batch
     * @throws CloseConnectionException if the connection was closed meanwhile
     */
    void validate(DecompressionMeter meter) {
        PartitionProduceData data = sent;
        sent = null;
        if (log == null) {
            boolean unknownId = topic == null && ProduceVersions.namesTopicsById(request.version());
            fail(answer, unknownId ? Errors.UNKNOWN_TOPIC_ID : Topic.missing(topic, data.index()), null);
            return;
        }
        if (topic.internal()) {
            fail(answer, Errors.INVALID_TOPIC_EXCEPTION, "Cannot append to internal topic " + topic.name());
            return;
        }
        try {
            ByteBuffer bytes = ClientBatch.of(data.records(), request.version());
            batch = log.appender().check(bytes, AppendOrigin.CLIENT, meter);
        } catch (HeavyRequestException | CloseConnectionException ends) {
            throw ends;
        } catch (VarveException refused) {
            fail(refused);
        }
    }

    /** Fills in an error of the whole request: the batch is not appended. */
    void refuseRequest(Errors error) {
        sent = null;
        fail(answer, error, null);
    }

    /**
     * Appends the batch unless it was refused.
     *
     * @param transaction the transactional batches of the request; null when the request names no
     *     transactional id
     */
    void append(TransactionalRequest transaction) {
        AppendRun run = batch;
        batch = null;
        if (run == null) {
            return;
        }
        if (BatchHeader.isTransactional(run.bytes(), run.bytes().position())) {
            TopicPartition partition =
                    new TopicPartition(log.id().topic(), log.id().partition());
            transaction.add(log, partition, run, this);
            return;
        }
        try {
            appendNow(run, null);
        } catch (VarveException refused) {
            fail(refused);
        }
    }

    /** @param guard null for a batch outside transactions */
    private void appendNow(AppendRun run, VerificationGuard guard) {
        Connection connection = request.connection();
        Outcome outcome = new Outcome(pending.add(log, answer), run.bytes().remaining());
        try {
            AppendResult appended = guard == null
                    ? log.appender().append(run, connection.executor(), connection.loopOfItsOwn(), outcome)
                    : log.appender().append(run, guard, connection.executor(), connection.loopOfItsOwn());
            if (appended != null) {
                outcome.appended(appended);
            }
        } catch (RuntimeException refused) {
            outcome.wait.refused(() -> {}); // the caller fills in the answer, or tries again
            throw refused;
        }
    }

    /** Takes what becomes of the append, which may be stored later. Thread-safe. */
    private final class Outcome implements AppendOutcome {
        private final PendingProduceResponse.Wait wait;
        private final int bytes;

        Outcome(PendingProduceResponse.Wait wait, int bytes) {
            this.wait = wait;
            this.bytes = bytes;
        }

        @Override
        public void appended(AppendResult result) {
            wait.appended(result);
            if (!result.duplicate()) {
                traffic.received(topic.name(), result.nextOffset() - result.baseOffset(), bytes);
            }
        }

        @Override
        public void refused(RuntimeException reason) {
            wait.refused(() -> fail(reason));
        }
    }

    @Override
    public AppendException append(AppendRun run, VerificationGuard guard) {
        try {
            appendNow(run, guard);
        } catch (AppendException e) {
            if (e.kind() == AppendException.Kind.INVALID_TXN_STATE) {
                return e;
            }
            fail(e);
        } catch (VarveException e) {
            fail(e);
        }
        return null;
    }

    @Override
    public void refuse(Errors error) {
        Errors known = ProduceVersions.errorFor(error, request.version());
        fail(answer, known, "The partition could not be made part of the transaction: " + error.message());
    }

    @Override
    public void refuse(AppendException refused) {
        fail(refused);
    }

    /**
     * Fills in an error, with the records that caused it: the producer fails only those records (KIP-467).
     */
    private void fail(RuntimeException failure) {
        fail(answer, KafkaErrors.ofAppend(failure), failure.getMessage());
        if (failure instanceof AppendException refused) {
            refused.records()
                    .forEach(fault -> answer.recordErrors()
                            .add(new BatchIndexAndErrorMessage()
                                    .setBatchIndex(fault.index())
                                    .setBatchIndexErrorMessage(fault.message())));
        }
    }

    /** Fills in an error: nothing was appended, or the records may not become durable. */
    static void fail(PartitionProduceResponse answer, Errors error, String message) {
        unfilled(answer).setErrorCode(error.code()).setErrorMessage(message);
    }

    private static PartitionProduceResponse unfilled(PartitionProduceResponse answer) {
        return answer.setBaseOffset(-1).setLogAppendTimeMs(-1).setLogStartOffset(-1);
    }
}
