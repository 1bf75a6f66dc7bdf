// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Holds what a run costs, in dollars.
 *
 * @param localStorage of the bytes on this machine, over the run
 * @param remoteStorage of the bytes in the bucket, over the run
 * @param putRequests of requests that write to the bucket
 * @param getRequests of requests that read from it
 * @param listRequests of requests that list it
 * @param deleteRequests of requests that delete from it
 * @param received of the bytes read from the bucket
 * @param perMonth what a month of 30 days costs at the rate of the run
 */
public record Costs(
        double localStorage,
        double remoteStorage,
        double putRequests,
        double getRequests,
        double listRequests,
        double deleteRequests,
        double received,
        double perMonth) {
    /** @return the costs of the run */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public double total() {
        return localStorage + remoteStorage + putRequests + getRequests + listRequests + deleteRequests + received;
    }
}
