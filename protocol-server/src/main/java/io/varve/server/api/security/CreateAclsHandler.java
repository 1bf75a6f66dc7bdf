// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.core.runtime.Ids;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.acl.CreateAcls;
import io.varve.server.metadata.log.MetadataWriter;
import io.varve.server.security.access.Access;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreateAclsRequest;

/** Creates access control entries; without an authorizer there are none, and it refuses as Kafka does. */
public final class CreateAclsHandler implements ApiHandler {
    private final Access access;
    private final MetadataWriter metadata;
    private final Ids ids;

    /**
     * @param access says whether there is an authorizer
     * @param metadata decides the changes
     * @param ids makes ids of entries
     */
    public CreateAclsHandler(Access access, MetadataWriter metadata, Ids ids) {
        this.access = access;
        this.metadata = metadata;
        this.ids = ids;
    }

    @Override
    public CompletionStage<CreateAclsResponseData> handle(Request request) {
        if (access.isOpen()) {
            throw new SecurityDisabledException("No Authorizer is configured.");
        }
        List<AclBinding> wanted = ((CreateAclsRequest) request.body())
                .aclCreations().stream().map(CreateAclsHandler::binding).toList();
        return metadata.submit(new CreateAcls(wanted, ids)).thenApply(outcomes -> {
            List<AclBinding> created = IntStream.range(0, wanted.size())
                    .filter(i -> outcomes.get(i).isSuccess())
                    .mapToObj(wanted::get)
                    .toList();
            ChangeLog.note(
                    request,
                    "created access control entries",
                    created.stream().map(AclText::of).toList());
            ChangeLog.doubt(
                    request,
                    "created entries that never count, for no client has such a host",
                    created.stream()
                            .flatMap(each -> AclText.doubt(each.entry().host()).stream())
                            .distinct()
                            .toList());
            return new CreateAclsResponseData()
                    .setResults(outcomes.stream().map(CreateAclsHandler::result).toList());
        });
    }

    private static AclBinding binding(AclCreation creation) {
        try {
            return CreateAclsRequest.aclBinding(creation);
        } catch (IllegalArgumentException filter) {
            throw new InvalidRequestException(filter.getMessage()); // ANY and MATCH are for filters
        }
    }

    private static AclCreationResult result(ApiError outcome) {
        return new AclCreationResult()
                .setErrorCode(outcome.error().code())
                .setErrorMessage(outcome.isSuccess() ? "" : outcome.message());
    }
}
