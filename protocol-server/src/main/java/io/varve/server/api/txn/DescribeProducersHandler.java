// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.core.log.PartitionLog;
import io.varve.core.producer.ProducerInfo;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Describes the state of producers in partitions, which shows hanging transactions (KIP-664). Describes each
 * partition once, however often the request names it.
 */
public final class DescribeProducersHandler implements ApiHandler {
    private final Topics topics;

    /** @param topics finds the logs */
    public DescribeProducersHandler(Topics topics) {
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        DescribeProducersRequestData data =
                (DescribeProducersRequestData) request.body().data();
        DescribeProducersResponseData response = new DescribeProducersResponseData();
        for (TopicRequest wanted : data.topics()) {
            Topic topic = topics.byName(wanted.name());
            List<PartitionResponse> partitions =
                    new ArrayList<>(wanted.partitionIndexes().size());
            for (int partition : new LinkedHashSet<>(wanted.partitionIndexes())) {
                partitions.add(describe(topic, partition));
            }
            response.topics().add(new TopicResponse().setName(wanted.name()).setPartitions(partitions));
        }
        return CompletableFuture.completedFuture(response);
    }

    private static PartitionResponse describe(Topic topic, int partition) {
        PartitionResponse answer = new PartitionResponse().setPartitionIndex(partition);
        PartitionLog log = Topic.log(topic, partition);
        if (log == null) {
            Errors missing = Topic.missing(topic, partition);
            return answer.setErrorCode(missing.code()).setErrorMessage(topic == null ? missing.message() : null);
        }
        return answer.setActiveProducers(log.producers().active().stream()
                .map(DescribeProducersHandler::state)
                .toList());
    }

    private static ProducerState state(ProducerInfo producer) {
        return new ProducerState()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.producerEpoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestamp(producer.lastTimestamp())
                .setCoordinatorEpoch(producer.coordinatorEpoch())
                .setCurrentTxnStartOffset(producer.currentTransactionFirstOffset());
    }
}
