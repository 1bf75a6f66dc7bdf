// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.acl.DeleteAcls;
import io.varve.server.metadata.log.MetadataWriter;
import io.varve.server.security.access.Access;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsResponse;

/** Deletes access control entries; without an authorizer there are none, and it refuses as Kafka does. */
public final class DeleteAclsHandler implements ApiHandler {
    private final Access access;
    private final MetadataWriter metadata;

    /**
     * @param access says whether there is an authorizer
     * @param metadata decides the changes
     */
    public DeleteAclsHandler(Access access, MetadataWriter metadata) {
        this.access = access;
        this.metadata = metadata;
    }

    @Override
    public CompletionStage<DeleteAclsResponseData> handle(Request request) {
        if (access.isOpen()) {
            throw new SecurityDisabledException("No Authorizer is configured.");
        }
        return metadata.submit(new DeleteAcls(((DeleteAclsRequest) request.body()).filters()))
                .thenApply(results -> {
                    ChangeLog.note(
                            request,
                            "deleted access control entries",
                            results.stream()
                                    .flatMap(result -> result.aclBindingDeleteResults().stream())
                                    .map(deleted -> AclText.of(deleted.aclBinding()))
                                    .distinct()
                                    .toList());
                    return new DeleteAclsResponseData()
                            .setFilterResults(results.stream()
                                    .map(DeleteAclsResponse::filterResult)
                                    .toList());
                });
    }
}
