// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.record.DecompressionMeter;
import io.varve.server.api.AnswerListener;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.DirectHandler;
import io.varve.server.api.Request;
import io.varve.server.api.TopicTraffic;
import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends the batches of producers. It validates every record first. The log stores the bytes of the request
 * with other offsets and timestamps; it copies them only where the topic's {@code compression.type} differs.
 * A worker thread serves a request that decompresses too much for an event loop.
 *
 * <p>A request ends when the high watermark has passed its records, whatever its acks. A client that has its
 * response, or that fetches on the same connection, can therefore read its records. A request with acks=0 has
 * no response: when one of its partitions fails, the connection is closed, the only sign that its producer
 * can see. There is one replica, so {@code min.insync.replicas} is always met.
 *
 * <p>A transaction's first batch in a partition waits for the transaction coordinator
 * ({@link TransactionalRequest}). Clients must not write to internal topics.
 */
public final class ProduceHandler implements DirectHandler {
    private static final short ACKS_NONE = 0;
    private static final short ACKS_LEADER = 1;
    private static final short ACKS_ALL = -1;

    private final Topics topics;
    private final TransactionVerifier transactions;
    private final TopicTraffic traffic;
    private final ProducerQueues queues = new ProducerQueues();

    /**
     * @param topics finds topics and their logs
     * @param transactions verifies a transaction before its first batch in a partition is appended
     * @param traffic counts what is appended
     */
    public ProduceHandler(Topics topics, TransactionVerifier transactions, TopicTraffic traffic) {
        this.traffic = traffic;
        this.topics = topics;
        this.transactions = transactions;
    }

    @Override
    public void handle(Request request, AnswerListener listener) {
        ProduceRequestData data = (ProduceRequestData) request.body().data();
        TransactionalRequestCheck.check(data);
        ProduceResponseData response = new ProduceResponseData();
        PendingProduceResponse pending = new PendingProduceResponse(response, request.connection());
        List<PartitionAppend> appends = appends(data, request, response, pending);
        AppendBackpressure.await(data, request, appends);
        validate(appends, data.acks(), request);
        if (!request.background()) {
            append(appends, data, request, pending, listener);
            return;
        }
        // Only the validation takes long. The appends belong to the loop; the bytes of the request are valid
        // until this method returns.
        EventLoopCall.run(request.connection().executor(), () -> append(appends, data, request, pending, listener));
    }

    /** Looks up the log of each partition once, and adds an answer for the partition to the response. */
    private List<PartitionAppend> appends(
            ProduceRequestData data, Request request, ProduceResponseData response, PendingProduceResponse pending) {
        boolean byId = ProduceVersions.namesTopicsById(request.version());
        List<PartitionAppend> appends = new ArrayList<>(data.topicData().size());
        for (TopicProduceData sent : DistinctPartitions.mergeTopics(data.topicData())) {
            Topic topic = byId ? topics.byId(sent.topicId()) : topics.byName(sent.name());
            List<PartitionProduceResponse> answers =
                    new ArrayList<>(sent.partitionData().size());
            response.responses()
                    .add(new TopicProduceResponse()
                            .setName(sent.name())
                            .setTopicId(sent.topicId())
                            .setPartitionResponses(answers));
            for (PartitionProduceData partition : DistinctPartitions.lastOfEach(sent.partitionData())) {
                PartitionAppend append = new PartitionAppend(request, pending, topic, partition, traffic);
                answers.add(append.answer());
                appends.add(append);
            }
        }
        return appends;
    }

    /**
     * Validates every batch of a request before it appends one: a request that turns out to take long must
     * have had no effect yet.
     */
    private static void validate(List<PartitionAppend> appends, short acks, Request request) {
        boolean unknownAcks = acks != ACKS_NONE && acks != ACKS_LEADER && acks != ACKS_ALL;
        DecompressionMeter meter = request.background()
                ? new WorkerDecompressionLimit(request.connection())
                : new LoopDecompressionLimit();
        for (PartitionAppend append : appends) {
            if (unknownAcks) {
                append.refuseRequest(Errors.INVALID_REQUIRED_ACKS);
            } else {
                append.validate(meter);
            }
        }
    }

    private void append(
            List<PartitionAppend> appends,
            ProduceRequestData data,
            Request request,
            PendingProduceResponse pending,
            AnswerListener listener) {
        TransactionalRequest transaction = data.transactionalId() == null
                ? null
                : new TransactionalRequest(
                        queues,
                        transactions,
                        data.transactionalId(),
                        request.connection(),
                        ProduceVersions.admission(request.version()));
        for (PartitionAppend append : appends) {
            append.append(transaction);
        }
        AnswerListener told = data.acks() == ACKS_NONE ? withoutResponse(listener) : listener;
        if (transaction == null) {
            pending.await(data.timeoutMs(), told);
        } else {
            listener.after(transaction.ended(), ended -> pending.await(data.timeoutMs(), told));
        }
    }

    /** @return tells the listener only whether a partition has failed: the client gets no response */
    private static AnswerListener withoutResponse(AnswerListener listener) {
        return (response, never) -> listener.answered(null, failure((ProduceResponseData) response));
    }

    private static CloseConnectionException failure(ProduceResponseData response) {
        for (TopicProduceResponse topic : response.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                if (partition.errorCode() != Errors.NONE.code()) {
                    return new CloseConnectionException("produce with acks=0 failed: " + topic.name() + "-"
                            + partition.index() + " " + Errors.forCode(partition.errorCode()));
                }
            }
        }
        return null;
    }
}
