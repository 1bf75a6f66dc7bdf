// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.log.MetadataState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsRequest;

/** Describes the SCRAM credentials of users (KIP-554): their mechanisms and iterations, and no secrets. */
public final class DescribeUserScramCredentialsHandler implements ApiHandler {
    private final Supplier<MetadataState> metadata;

    /** @param metadata gives the metadata's state */
    public DescribeUserScramCredentialsHandler(Supplier<MetadataState> metadata) {
        this.metadata = metadata;
    }

    @Override
    public CompletionStage<DescribeUserScramCredentialsResponseData> handle(Request request) {
        DescribeUserScramCredentialsRequest asked = (DescribeUserScramCredentialsRequest) request.body();
        return CompletableFuture.completedFuture(metadata.get().image().scram().describe(asked.data()));
    }
}
