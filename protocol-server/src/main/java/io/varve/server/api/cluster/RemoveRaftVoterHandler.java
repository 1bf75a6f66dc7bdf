// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RemoveRaftVoterRequest;

/** Refuses to remove a voter, as a Kafka with a static quorum does: the quorum is this one node. */
public final class RemoveRaftVoterHandler implements ApiHandler {
    private final String clusterId;

    /** @param clusterId the cluster's id */
    public RemoveRaftVoterHandler(String clusterId) {
        this.clusterId = clusterId;
    }

    @Override
    public CompletionStage<RemoveRaftVoterResponseData> handle(Request request) {
        RemoveRaftVoterRequestData asked = ((RemoveRaftVoterRequest) request.body()).data();
        ApiError refusal = VoterChanges.refusal(
                "removing", clusterId, asked.clusterId(), asked.voterId(), asked.voterDirectoryId());
        return CompletableFuture.completedFuture(new RemoveRaftVoterResponseData()
                .setErrorCode(refusal.error().code())
                .setErrorMessage(refusal.message()));
    }
}
