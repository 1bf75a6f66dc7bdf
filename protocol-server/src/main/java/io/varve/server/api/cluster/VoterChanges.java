// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/** Chooses the refusal of a change of the quorum, in Kafka's order of checks and words. Stateless. */
final class VoterChanges {
    private VoterChanges() {}

    /**
     * @param change "adding" or "removing"
     * @param clusterId the cluster's id
     * @param named the cluster that the request names, or null
     * @param voter id of the voter
     * @param directory id of the voter's directory
     * @return why there is no such change
     */
    static ApiError refusal(String change, String clusterId, String named, int voter, Uuid directory) {
        if (named != null && !named.equals(clusterId)) {
            return new ApiError(
                    Errors.INCONSISTENT_CLUSTER_ID,
                    "The given id \"" + named + "\" doesn't match the cluster id \"" + clusterId + "\"");
        }
        if (voter < 0 || directory.equals(Uuid.ZERO_UUID)) {
            return new ApiError(
                    Errors.INVALID_REQUEST,
                    (change.equals("adding") ? "Add" : "Remove") + " voter request didn't include a valid voter");
        }
        return new ApiError(
                Errors.UNSUPPORTED_VERSION,
                "Cluster doesn't support " + change + " voter because the kraft.version feature is 0");
    }
}
