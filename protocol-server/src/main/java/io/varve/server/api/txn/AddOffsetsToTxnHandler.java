// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import io.varve.server.txn.ProducerEpoch;
import io.varve.server.txn.Transactions;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Adds the partition that stores a group's offsets to a transaction. */
public final class AddOffsetsToTxnHandler implements ApiHandler {
    private static final short FIRST_WITH_FENCED = 2;

    private final Transactions transactions;
    private final Groups groups;

    /**
     * @param transactions the transaction coordinator
     * @param groups the group coordinator
     */
    public AddOffsetsToTxnHandler(Transactions transactions, Groups groups) {
        this.transactions = transactions;
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        AddOffsetsToTxnRequestData data =
                (AddOffsetsToTxnRequestData) request.body().data();
        return groups.partitionOf(data.groupId())
                .thenCompose(partition -> transactions.addPartitions(
                        data.transactionalId(),
                        new ProducerEpoch(data.producerId(), data.producerEpoch()),
                        Set.of(partition),
                        Transactions.PLAIN))
                .thenApply(error -> new AddOffsetsToTxnResponseData()
                        .setErrorCode(FencingErrors.forVersion(error, request.version(), FIRST_WITH_FENCED)
                                .code()));
    }
}
