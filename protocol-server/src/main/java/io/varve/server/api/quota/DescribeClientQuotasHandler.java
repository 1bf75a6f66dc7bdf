// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.quota;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.log.MetadataState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;

/** Describes the quotas of users, clients and addresses that match a filter (KIP-546). */
public final class DescribeClientQuotasHandler implements ApiHandler {
    private final Supplier<MetadataState> metadata;

    /** @param metadata gives the metadata's state */
    public DescribeClientQuotasHandler(Supplier<MetadataState> metadata) {
        this.metadata = metadata;
    }

    @Override
    public CompletionStage<DescribeClientQuotasResponseData> handle(Request request) {
        DescribeClientQuotasRequest asked = (DescribeClientQuotasRequest) request.body();
        return CompletableFuture.completedFuture(
                metadata.get().image().clientQuotas().describe(asked.data()));
    }
}
