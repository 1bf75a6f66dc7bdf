// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.FutureLists;
import io.varve.server.api.Request;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import io.varve.server.group.Groups;
import io.varve.server.share.state.SharePartitionId;
import io.varve.server.share.state.ShareStates;
import io.varve.server.txn.Transactions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/**
 * Finds the coordinator of groups, transactional ids and share partitions, which is always this broker.
 * Requests name several keys from version 4 on (KIP-699).
 */
public final class FindCoordinatorHandler implements ApiHandler {
    private static final short FIRST_WITH_SHARE = 6;

    private final Groups groups;
    private final Transactions transactions;
    private final ShareStates shareStates;
    private final ClusterInfo self;

    /**
     * @param groups the group coordinator
     * @param transactions the transaction coordinator
     * @param shareStates the share coordinator
     * @param self this broker, as clients reach it
     */
    public FindCoordinatorHandler(Groups groups, Transactions transactions, ShareStates shareStates, ClusterInfo self) {
        this.groups = groups;
        this.transactions = transactions;
        this.shareStates = shareStates;
        this.self = self;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        FindCoordinatorRequestData data = ((FindCoordinatorRequest) request.body()).data();
        CoordinatorType type = type(data.keyType(), request.version());
        Endpoint here = self.endpoint(request.connection().listenerName());
        if (request.version() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            return find(type, data.key(), here).thenApply(FindCoordinatorHandler::single);
        }
        List<CompletableFuture<Coordinator>> found = data.coordinatorKeys().stream()
                .distinct()
                .map(key -> find(type, key, here))
                .toList();
        return FutureLists.all(found).thenApply(all -> new FindCoordinatorResponseData().setCoordinators(all));
    }

    /** @throws InvalidRequestException if the type does not exist, or not in the version */
    private static CoordinatorType type(byte id, short version) {
        CoordinatorType type = CoordinatorType.forId(id);
        if (type == CoordinatorType.SHARE && version < FIRST_WITH_SHARE) {
            throw new InvalidRequestException("key type SHARE needs version " + FIRST_WITH_SHARE + " or higher");
        }
        return type;
    }

    private CompletableFuture<Coordinator> find(CoordinatorType type, String key, Endpoint here) {
        return switch (type) {
            case GROUP -> answer(groups.find(key), key, here);
            case TRANSACTION -> answer(transactions.find(key), key, here);
            case SHARE ->
                SharePartitionId.isCoordinatorKey(key)
                        ? answer(shareStates.find(key), key, here)
                        : CompletableFuture.completedFuture(
                                notFound(key, Errors.INVALID_REQUEST, Errors.INVALID_REQUEST.message()));
        };
    }

    private CompletableFuture<Coordinator> answer(CompletableFuture<Void> lookup, String key, Endpoint here) {
        return lookup.handle((done, failure) -> failure == null ? thisBroker(key, here) : failed(key, failure));
    }

    private Coordinator thisBroker(String key, Endpoint here) {
        return new Coordinator()
                .setKey(key)
                .setNodeId(self.nodeId())
                .setHost(here.host())
                .setPort(here.port())
                .setErrorMessage(null);
    }

    /** Replaces every retriable error by the one that clients of this API expect. */
    private static Coordinator failed(String key, Throwable failure) {
        Errors error = Errors.forException(failure);
        Errors expected = error.exception() instanceof RetriableException ? Errors.COORDINATOR_NOT_AVAILABLE : error;
        return notFound(key, expected, expected.message());
    }

    private static Coordinator notFound(String key, Errors error, String message) {
        return new Coordinator()
                .setKey(key)
                .setErrorCode(error.code())
                .setErrorMessage(message)
                .setNodeId(Node.noNode().id())
                .setHost(Node.noNode().host())
                .setPort(Node.noNode().port());
    }

    private static FindCoordinatorResponseData single(Coordinator found) {
        return new FindCoordinatorResponseData()
                .setErrorCode(found.errorCode())
                .setErrorMessage(found.errorMessage())
                .setNodeId(found.nodeId())
                .setHost(found.host())
                .setPort(found.port());
    }
}
