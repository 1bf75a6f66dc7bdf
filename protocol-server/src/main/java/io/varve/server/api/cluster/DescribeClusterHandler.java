// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.AuthorizedOperations;
import io.varve.server.api.Request;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;

/** Describes the cluster: its id and its one broker. */
public final class DescribeClusterHandler implements ApiHandler {
    private static final byte BROKERS = 1;

    private final ClusterInfo cluster;

    /** @param cluster this broker, as clients reach it */
    public DescribeClusterHandler(ClusterInfo cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<DescribeClusterResponseData> handle(Request request) {
        DescribeClusterRequestData asked = ((DescribeClusterRequest) request.body()).data();
        DescribeClusterResponseData response = new DescribeClusterResponseData().setEndpointType(asked.endpointType());
        if (asked.endpointType() != BROKERS) {
            return CompletableFuture.completedFuture(response.setErrorCode(Errors.MISMATCHED_ENDPOINT_TYPE.code())
                    .setErrorMessage("The request was sent to an endpoint of the wrong type: this is a broker."));
        }
        Endpoint here = cluster.endpoint(request.connection().listenerName());
        response.setClusterId(cluster.clusterId())
                .setControllerId(cluster.nodeId())
                .setClusterAuthorizedOperations(
                        AuthorizedOperations.onCluster(asked.includeClusterAuthorizedOperations()));
        response.brokers()
                .add(new DescribeClusterBroker()
                        .setBrokerId(cluster.nodeId())
                        .setHost(here.host())
                        .setPort(here.port())
                        .setRack(cluster.rack()));
        return CompletableFuture.completedFuture(response);
    }
}
