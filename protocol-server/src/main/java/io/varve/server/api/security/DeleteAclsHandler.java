// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.message.DeleteAclsResponseData;

/** Deletes no access control lists: there is no authorizer, and a Kafka without one refuses it. */
public final class DeleteAclsHandler implements ApiHandler {
    @Override
    public CompletionStage<DeleteAclsResponseData> handle(Request request) {
        throw new SecurityDisabledException("No Authorizer is configured.");
    }
}
