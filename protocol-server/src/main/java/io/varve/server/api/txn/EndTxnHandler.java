// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.txn.ProducerEpoch;
import io.varve.server.txn.ProducerEpochResult;
import io.varve.server.txn.Transactions;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Commits or aborts a transaction, and responds when the decision is durable. From version 5 on it raises the
 * producer's epoch, and returns the new one (KIP-890).
 */
public final class EndTxnHandler implements ApiHandler {
    private static final short FIRST_WITH_FENCED = 2;
    private static final short FIRST_WITH_BUMP = 5;

    private final Transactions transactions;

    /** @param transactions the transaction coordinator */
    public EndTxnHandler(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        EndTxnRequestData data = (EndTxnRequestData) request.body().data();
        boolean bumps = request.version() >= FIRST_WITH_BUMP;
        return transactions
                .end(
                        data.transactionalId(),
                        new ProducerEpoch(data.producerId(), data.producerEpoch()),
                        data.committed(),
                        bumps ? Transactions.BUMPING : Transactions.PLAIN)
                .thenApply(ended -> answer(ended, request.version()));
    }

    private static EndTxnResponseData answer(ProducerEpochResult ended, short version) {
        EndTxnResponseData answer = new EndTxnResponseData()
                .setErrorCode(FencingErrors.forVersion(ended.error(), version, FIRST_WITH_FENCED)
                        .code());
        return version < FIRST_WITH_BUMP
                ? answer
                : answer.setProducerId(ended.producer().id())
                        .setProducerEpoch(ended.producer().epoch());
    }
}
