// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.producerid.ProducerIds;
import io.varve.server.txn.ProducerEpoch;
import io.varve.server.txn.ProducerEpochResult;
import io.varve.server.txn.Transactions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Allocates producer ids (KIP-98). A producer without a transactional id gets a new id with epoch 0 at every
 * call; the transaction coordinator decides id and epoch for a transactional id.
 */
public final class InitProducerIdHandler implements ApiHandler {
    private static final short FIRST_WITH_FENCED = 4;

    private final ProducerIds ids;
    private final Transactions transactions;

    /**
     * @param ids allocates producer ids
     * @param transactions the transaction coordinator
     */
    public InitProducerIdHandler(ProducerIds ids, Transactions transactions) {
        this.ids = ids;
        this.transactions = transactions;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        InitProducerIdRequestData data =
                (InitProducerIdRequestData) request.body().data();
        ProducerEpoch expected = new ProducerEpoch(data.producerId(), data.producerEpoch());
        boolean hasEpoch = expected.epoch() != ProducerEpoch.NONE.epoch();
        if (expected.isPresent() != hasEpoch) {
            return CompletableFuture.completedFuture(answer(ProducerEpoch.NONE, Errors.INVALID_REQUEST));
        }
        if (data.transactionalId() == null) {
            return ids.next().thenApply(id -> answer(new ProducerEpoch(id, (short) 0), Errors.NONE));
        }
        return transactions
                .initProducer(data.transactionalId(), data.transactionTimeoutMs(), expected)
                .thenApply((ProducerEpochResult granted) -> answer(
                        granted.producer(),
                        FencingErrors.forVersion(granted.error(), request.version(), FIRST_WITH_FENCED)));
    }

    private static InitProducerIdResponseData answer(ProducerEpoch producer, Errors error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch());
    }
}
