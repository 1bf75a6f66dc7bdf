// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.acl;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.runtime.Ids;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Creates access control entries. Each is created or refused by itself; one that is there already is created
 * again without effect.
 *
 * @param wanted the entries
 * @param ids makes their ids
 */
public record CreateAcls(List<AclBinding> wanted, Ids ids)
        implements Command<MetadataState, ApiMessageAndVersion, List<ApiError>> {
    @Override
    public Decision<ApiMessageAndVersion, List<ApiError>> decide(MetadataState state) {
        AclBounds bounds = new AclBounds(state.acls().values());
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<ApiError> results = new ArrayList<>(wanted.size());
        for (AclBinding binding : wanted) {
            ApiError refusal = refusal(binding);
            if (refusal.isSuccess()) {
                StandardAcl acl = StandardAcl.fromAclBinding(binding);
                if (bounds.isKept(acl)) {
                    results.add(ApiError.NONE);
                    continue;
                }
                Optional<String> why = bounds.keep(acl);
                if (why.isPresent()) {
                    refusal = new ApiError(Errors.POLICY_VIOLATION, why.get());
                } else {
                    events.add(MetadataEvents.acl(newId(), acl));
                }
            }
            results.add(refusal);
        }
        return new Decision<>(events, () -> results);
    }

    private Uuid newId() {
        UUID id = ids.next();
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    private static ApiError refusal(AclBinding binding) {
        ResourceType type = binding.pattern().resourceType();
        String name = binding.pattern().name();
        String principal = binding.entry().principal();
        if (type == ResourceType.CLUSTER && !name.equals(Resource.CLUSTER_NAME)) {
            return invalid("The only valid name for the CLUSTER resource is " + Resource.CLUSTER_NAME);
        }
        if (name.isEmpty()) {
            return invalid("Invalid empty resource name");
        }
        if (type == ResourceType.UNKNOWN || type == ResourceType.ANY) {
            return invalid("Invalid resourceType " + type);
        }
        PatternType pattern = binding.pattern().patternType();
        if (pattern != PatternType.LITERAL && pattern != PatternType.PREFIXED) {
            return invalid("Invalid patternType " + pattern);
        }
        AclOperation operation = binding.entry().operation();
        if (operation == AclOperation.UNKNOWN || operation == AclOperation.ANY) {
            return invalid("Invalid operation " + operation);
        }
        AclPermissionType permission = binding.entry().permissionType();
        if (permission != AclPermissionType.ALLOW && permission != AclPermissionType.DENY) {
            return invalid("Invalid permissionType " + permission);
        }
        if (principal.indexOf(':') < 0) {
            return invalid("Could not parse principal from `" + principal
                    + "` (no colon is present separating the principal type from the principal name)");
        }
        if (AclBounds.isTooLong(name, principal, binding.entry().host())) {
            return invalid(AclBounds.TOO_LONG);
        }
        return ApiError.NONE;
    }

    private static ApiError invalid(String why) {
        return new ApiError(Errors.INVALID_REQUEST, why);
    }
}
