// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.acl;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.apache.kafka.server.authorizer.AclDeleteResult.AclBindingDeleteResult;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Deletes the access control entries that filters match. An entry that several filters match is told with
 * each of them.
 *
 * @param filters the filters
 */
public record DeleteAcls(List<AclBindingFilter> filters)
        implements Command<MetadataState, ApiMessageAndVersion, List<AclDeleteResult>> {
    /** Max number of entries that a request deletes, as in Kafka. */
    static final int MAX_DELETED = 10_000;

    @Override
    public Decision<ApiMessageAndVersion, List<AclDeleteResult>> decide(MetadataState state) {
        Set<Uuid> deleted = new LinkedHashSet<>();
        List<AclDeleteResult> results = new ArrayList<>(filters.size());
        for (AclBindingFilter filter : filters) {
            if (filter.isUnknown()) {
                results.add(new AclDeleteResult(new InvalidRequestException(
                        filter.patternFilter().isUnknown() ? "Unknown patternFilter." : "Unknown entryFilter.")));
            } else {
                results.add(new AclDeleteResult(matching(filter, state, deleted)));
            }
        }
        return new Decision<>(deleted.stream().map(MetadataEvents::removeAcl).toList(), () -> results);
    }

    private static List<AclBindingDeleteResult> matching(
            AclBindingFilter filter, MetadataState state, Set<Uuid> deleted) {
        List<AclBindingDeleteResult> matching = new ArrayList<>();
        state.acls().forEach((id, acl) -> {
            AclBinding binding = acl.toBinding();
            if (!filter.matches(binding)) {
                return;
            }
            if (deleted.add(id) && deleted.size() > MAX_DELETED) {
                // None is deleted: with so long an answer, nobody would notice that some are left.
                throw new InvalidRequestException(
                        "Cannot remove more than " + MAX_DELETED + " acls in a single delete operation.");
            }
            matching.add(new AclBindingDeleteResult(binding));
        });
        return matching;
    }
}
