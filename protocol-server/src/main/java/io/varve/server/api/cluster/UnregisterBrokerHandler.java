// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;

/**
 * Refuses to unregister brokers: others are not registered, and the one that serves the request holds every
 * partition.
 */
public final class UnregisterBrokerHandler implements ApiHandler {
    private final int nodeId;

    /** @param nodeId this node */
    public UnregisterBrokerHandler(int nodeId) {
        this.nodeId = nodeId;
    }

    @Override
    public CompletionStage<UnregisterBrokerResponseData> handle(Request request) {
        UnregisterBrokerRequestData asked = ((UnregisterBrokerRequest) request.body()).data();
        if (asked.brokerId() != nodeId) {
            throw new BrokerIdNotRegisteredException("Broker ID " + asked.brokerId() + " is not currently registered");
        }
        throw new InvalidRequestException(
                "Broker ID " + nodeId + " is the only broker, and serves this request; it cannot be unregistered.");
    }
}
