// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.Request;
import io.varve.server.api.era.OldLayouts;
import io.varve.server.api.table.ServedApi;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** An API that answers as a test says. */
record ScriptedHandler(ApiKeys api, Function<Request, CompletionStage<? extends ApiMessage>> script)
        implements ApiHandler {
    static ScriptedHandler answering(ApiKeys api, Function<Request, ApiMessage> answer) {
        return new ScriptedHandler(api, request -> CompletableFuture.completedFuture(answer.apply(request)));
    }

    ServedApi served() {
        return new ServedApi(new ApiVersionRange(api, OldLayouts.first(api), api.latestVersion()), this);
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        return script.apply(request);
    }
}
