// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.acl;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.runtime.Ids;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    /** Max number of entries that are kept. */
    static final int MAX_ACLS = 50_000;

    /** Max characters of the name of a resource, of a principal and of a host. */
    static final int MAX_LENGTH = 2_048;

    /** Max characters of all entries together: they are in memory, each time the server starts. */
    static final int MAX_CHARACTERS = 16 * 1024 * 1024;

    @Override
    public Decision<ApiMessageAndVersion, List<ApiError>> decide(MetadataState state) {
        Set<StandardAcl> present = new HashSet<>(state.acls().values());
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<ApiError> results = new ArrayList<>(wanted.size());
        long characters = present.stream().mapToLong(CreateAcls::characters).sum();
        for (AclBinding binding : wanted) {
            ApiError refusal = refusal(binding);
            if (refusal.isSuccess()) {
                StandardAcl acl = StandardAcl.fromAclBinding(binding);
                if (present.contains(acl)) {
                    results.add(ApiError.NONE);
                    continue;
                }
                if (present.size() >= MAX_ACLS) {
                    refusal = new ApiError(
                            Errors.POLICY_VIOLATION, MAX_ACLS + " ACLs are kept, and there are so many already");
                } else if (characters + characters(acl) > MAX_CHARACTERS) {
                    refusal = new ApiError(
                            Errors.POLICY_VIOLATION,
                            "The ACLs that are kept have at most " + MAX_CHARACTERS + " characters together");
                } else {
                    present.add(acl);
                    characters += characters(acl);
                    events.add(MetadataEvents.acl(newId(), acl));
                }
            }
            results.add(refusal);
        }
        return new Decision<>(events, () -> results);
    }

    private static int characters(StandardAcl acl) {
        return acl.resourceName().length()
                + acl.principal().length()
                + acl.host().length();
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
        if (Math.max(
                        name.length(),
                        Math.max(principal.length(), binding.entry().host().length()))
                > MAX_LENGTH) {
            return invalid(
                    "The name of a resource, a principal and a host have at most " + MAX_LENGTH + " characters each");
        }
        return ApiError.NONE;
    }

    private static ApiError invalid(String why) {
        return new ApiError(Errors.INVALID_REQUEST, why);
    }
}
