// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.group.Groups;
import io.varve.server.metadata.producerid.ProducerIds;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.txn.Transactions;
import java.util.List;

/** The transaction APIs served. */
public final class TransactionApis {
    private TransactionApis() {}

    /**
     * @param transactions what the APIs are about
     * @param groups whose offsets are committed in transactions
     * @param topics tells which topics exist
     * @param producerIds gives producers without transactions their ids
     * @return one handler for each API
     */
    public static List<ApiHandler> handlers(
            Transactions transactions, Groups groups, Topics topics, ProducerIds producerIds) {
        return List.of(
                new InitProducerIdHandler(producerIds, transactions),
                new AddPartitionsToTxnHandler(transactions, topics),
                new AddOffsetsToTxnHandler(transactions, groups),
                new EndTxnHandler(transactions),
                new TxnOffsetCommitHandler(groups, topics),
                new DescribeTransactionsHandler(transactions),
                new ListTransactionsHandler(transactions));
    }
}
