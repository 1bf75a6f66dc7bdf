// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/** Guards the handler of one API, as Kafka's broker and controller do. Stateless. */
@FunctionalInterface
interface Guard {
    /**
     * @param asked the request, and who sends it
     * @param handler serves what is allowed
     * @return the answer, with the errors of what is not
     * @throws org.apache.kafka.common.errors.AuthorizationException if nothing of it is allowed
     */
    CompletionStage<? extends ApiMessage> pass(Asked asked, ApiHandler handler);
}
