// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.requests.AddRaftVoterRequest;
import org.apache.kafka.common.requests.ApiError;

/** Refuses to add a voter, as a Kafka with a static quorum does: the quorum is this one node. */
public final class AddRaftVoterHandler implements ApiHandler {
    private final String clusterId;

    /** @param clusterId the cluster's id */
    public AddRaftVoterHandler(String clusterId) {
        this.clusterId = clusterId;
    }

    @Override
    public CompletionStage<AddRaftVoterResponseData> handle(Request request) {
        AddRaftVoterRequestData asked = ((AddRaftVoterRequest) request.body()).data();
        ApiError refusal =
                VoterChanges.refusal("adding", clusterId, asked.clusterId(), asked.voterId(), asked.voterDirectoryId());
        return CompletableFuture.completedFuture(new AddRaftVoterResponseData()
                .setErrorCode(refusal.error().code())
                .setErrorMessage(refusal.message()));
    }
}
