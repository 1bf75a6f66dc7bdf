// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.log;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.ProducerIds;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Gives idempotent producers their ids (KIP-98): a new id with epoch 0 at every call, as Kafka does when there is no transactional id.
 * Transactions are not served: a transactional id gets UNSUPPORTED_VERSION, which is fatal to clients and tells what is missing.
 */
final class InitProducerIdHandler implements ApiHandler {
    private static final long NO_PRODUCER_ID = -1;
    private static final short NO_EPOCH = -1;

    private final ProducerIds ids;

    /** @param ids gives ids out */
    InitProducerIdHandler(ProducerIds ids) {
        this.ids = ids;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.INIT_PRODUCER_ID;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        InitProducerIdRequestData data =
                (InitProducerIdRequestData) request.body().data();
        Errors error = check(data);
        if (error != Errors.NONE) {
            return CompletableFuture.completedFuture(new InitProducerIdResponseData()
                    .setErrorCode(error.code())
                    .setProducerId(NO_PRODUCER_ID)
                    .setProducerEpoch(NO_EPOCH));
        }
        return ids.next()
                .thenApply(
                        id -> new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0));
    }

    private static Errors check(InitProducerIdRequestData data) {
        if (data.transactionalId() != null) {
            return data.transactionalId().isEmpty() ? Errors.INVALID_REQUEST : Errors.UNSUPPORTED_VERSION;
        }
        boolean hasId = data.producerId() != NO_PRODUCER_ID;
        boolean hasEpoch = data.producerEpoch() != NO_EPOCH;
        return hasId == hasEpoch ? Errors.NONE : Errors.INVALID_REQUEST;
    }
}
