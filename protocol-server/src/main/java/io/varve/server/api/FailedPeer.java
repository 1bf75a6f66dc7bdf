// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Tells a peer that it failed to authenticate, and closes its connection. The peer waits a while for that,
 * without a thread, so that it cannot try many passwords. Stateless.
 */
public final class FailedPeer {
    private FailedPeer() {}

    /**
     * @param connection of a peer that failed to authenticate by SASL
     * @param answer what the peer is told; null for nothing
     * @param <T> type of the answer
     * @return fails after a while with the {@link CloseConnectionException} that closes the connection
     */
    public static <T extends ApiMessage> CompletionStage<T> dismiss(Connection connection, T answer) {
        CompletableFuture<T> dismissed = new CompletableFuture<>();
        connection.schedule(
                connection.authentication().config().limits().failureDelayMs(),
                () -> dismissed.completeExceptionally(
                        new CloseConnectionException("its peer failed to authenticate", answer)));
        return dismissed;
    }
}
