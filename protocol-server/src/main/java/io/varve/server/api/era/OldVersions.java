// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.server.api.AnswerListener;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/** Serves the old versions of one API, and has those of today served as if there were no old ones. */
abstract class OldVersions implements ApiHandler {
    private final ApiHandler today;

    /** @param today serves the versions of today */
    OldVersions(ApiHandler today) {
        this.today = today;
    }

    /** @return serves the versions of today */
    final ApiHandler today() {
        return today;
    }

    /**
     * Serves a request of an old version as {@link ApiHandler#handle(Request)} does.
     *
     * @param request the request
     * @param old its body
     */
    abstract CompletionStage<? extends ApiMessage> handleOld(Request request, OldRequest old);

    @Override
    public final CompletionStage<? extends ApiMessage> handle(Request request) {
        return request.body() instanceof OldRequest old ? handleOld(request, old) : today.handle(request);
    }

    @Override
    public final void handle(Request request, AnswerListener listener) {
        if (request.body() instanceof OldRequest old) {
            listener.await(handleOld(request, old));
        } else {
            today.handle(request, listener);
        }
    }
}
