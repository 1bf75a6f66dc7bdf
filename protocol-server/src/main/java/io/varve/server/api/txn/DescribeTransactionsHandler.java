// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.FutureLists;
import io.varve.server.api.Request;
import io.varve.server.txn.Transactions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiMessage;

/** Describes transactions, each with its own error (KIP-664). */
public final class DescribeTransactionsHandler implements ApiHandler {
    private final Transactions transactions;

    /** @param transactions the transaction coordinator */
    public DescribeTransactionsHandler(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        DescribeTransactionsRequestData data =
                (DescribeTransactionsRequestData) request.body().data();
        List<CompletableFuture<TransactionState>> described = data.transactionalIds().stream()
                .distinct()
                .map(transactions::describe)
                .toList();
        return FutureLists.all(described)
                .thenApply(states -> new DescribeTransactionsResponseData().setTransactionStates(states));
    }
}
