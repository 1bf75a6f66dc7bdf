// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.common.ShareVersion;

/** Refuses requests of share groups while the feature {@code share.version} is 0. Thread-safe. */
final class ShareVersionGate implements ApiHandler {
    private final HandlerContext context;
    private final ApiHandler handler;

    /**
     * @param context knows the level of the feature
     * @param handler serves the requests that are not refused
     */
    ShareVersionGate(HandlerContext context, ApiHandler handler) {
        this.context = context;
        this.handler = handler;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        if (!context.uses(ShareVersion.FEATURE_NAME)) {
            throw Errors.UNSUPPORTED_VERSION.exception();
        }
        return handler.handle(request);
    }
}
