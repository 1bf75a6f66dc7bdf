// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.replica;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;

/**
 * Lists no partition reassignments: with one broker partitions never move. {@code kafka-topics.sh --describe}
 * sends this request.
 */
public final class ListPartitionReassignmentsHandler implements ApiHandler {
    @Override
    public CompletionStage<ListPartitionReassignmentsResponseData> handle(Request request) {
        return CompletableFuture.completedFuture(new ListPartitionReassignmentsResponseData().setErrorMessage(null));
    }
}
