// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.txn.Transactions;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Lists transactions, filtered by state and producer (KIP-664), duration (KIP-994) and name (KIP-1152). */
public final class ListTransactionsHandler implements ApiHandler {
    private final Transactions transactions;

    /** @param transactions the transaction coordinator */
    public ListTransactionsHandler(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        return transactions.list((ListTransactionsRequestData) request.body().data());
    }
}
