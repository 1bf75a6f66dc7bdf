// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.AuthorizedOperations;
import io.varve.server.api.Request;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;

/** Describes the cluster: its id and its one broker. */
public final class DescribeClusterHandler implements ApiHandler {
    private final ClusterInfo cluster;

    /** @param cluster this broker, as clients reach it */
    public DescribeClusterHandler(ClusterInfo cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<DescribeClusterResponseData> handle(Request request) {
        DescribeClusterRequestData asked = ((DescribeClusterRequest) request.body()).data();
        EndpointType type = EndpointType.fromId(asked.endpointType());
        if (type != EndpointType.BROKER) {
            return CompletableFuture.completedFuture(refused(asked.endpointType(), type, request.version()));
        }
        DescribeClusterResponseData response = new DescribeClusterResponseData();
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

    /** Version 0 knows no endpoint types, and no errors about them. */
    private static DescribeClusterResponseData refused(byte id, EndpointType type, short version) {
        DescribeClusterResponseData response = new DescribeClusterResponseData();
        if (type == EndpointType.UNKNOWN) {
            return response.setErrorCode(code(Errors.UNSUPPORTED_ENDPOINT_TYPE, version))
                    .setErrorMessage("Unsupported endpoint type " + id);
        }
        return response.setErrorCode(code(Errors.MISMATCHED_ENDPOINT_TYPE, version))
                .setErrorMessage("The request was sent to an endpoint of type " + EndpointType.BROKER
                        + ", but we wanted an endpoint of type " + type);
    }

    private static short code(Errors error, short version) {
        return (version == 0 ? Errors.INVALID_REQUEST : error).code();
    }
}
