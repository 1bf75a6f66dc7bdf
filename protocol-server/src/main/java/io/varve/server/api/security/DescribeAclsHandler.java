// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.security.access.Access;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.requests.DescribeAclsRequest;
import org.apache.kafka.common.requests.DescribeAclsResponse;

/** Describes access control entries; without an authorizer there are none, and it refuses as Kafka does. */
public final class DescribeAclsHandler implements ApiHandler {
    private final Access access;

    /** @param access knows the entries, if there is an authorizer */
    public DescribeAclsHandler(Access access) {
        this.access = access;
    }

    @Override
    public CompletionStage<DescribeAclsResponseData> handle(Request request) {
        if (access.isOpen()) {
            throw new SecurityDisabledException("No Authorizer is configured on the broker");
        }
        return CompletableFuture.completedFuture(new DescribeAclsResponseData()
                .setResources(DescribeAclsResponse.aclsResources(
                        access.acls(((DescribeAclsRequest) request.body()).filter()))));
    }
}
