// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.acl;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
    /**
     * Max number of entries that a request deletes, as in Kafka. Here it is also the max number of those that
     * the answer tells, over all filters.
     */
    static final int MAX_DELETED = 10_000;

    @Override
    public Decision<ApiMessageAndVersion, List<AclDeleteResult>> decide(MetadataState state) {
        Map<Uuid, AclBinding> present = new LinkedHashMap<>();
        state.acls().forEach((id, acl) -> present.put(id, acl.toBinding()));
        Set<Uuid> deleted = new LinkedHashSet<>();
        List<AclDeleteResult> results = new ArrayList<>(filters.size());
        int told = 0;
        for (AclBindingFilter filter : filters) {
            if (filter.isUnknown()) {
                results.add(new AclDeleteResult(new InvalidRequestException(
                        filter.patternFilter().isUnknown() ? "Unknown patternFilter." : "Unknown entryFilter.")));
            } else {
                List<AclBindingDeleteResult> matching = matching(filter, present, MAX_DELETED - told, deleted);
                told += matching.size();
                results.add(new AclDeleteResult(matching));
            }
        }
        return new Decision<>(deleted.stream().map(MetadataEvents::removeAcl).toList(), () -> results);
    }

    private static List<AclBindingDeleteResult> matching(
            AclBindingFilter filter, Map<Uuid, AclBinding> present, int max, Set<Uuid> deleted) {
        List<AclBindingDeleteResult> matching = new ArrayList<>();
        present.forEach((id, binding) -> {
            if (!filter.matches(binding)) {
                return;
            }
            if (matching.size() == max) {
                // None is deleted: with so long an answer, nobody would notice that some are left.
                throw new InvalidRequestException(
                        "Cannot remove more than " + MAX_DELETED + " acls in a single delete operation.");
            }
            deleted.add(id);
            matching.add(new AclBindingDeleteResult(binding));
        });
        return matching;
    }
}
