// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.acl;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.metadata.authorizer.StandardAcl;
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
     * the answer tells, over all filters, which have no more characters than all that are kept.
     */
    static final int MAX_DELETED = 10_000;

    /** Counts what the answer tells, over all filters: as often as an entry is told. */
    private static final class Told {
        private int entries;
        private long characters;

        /** None is deleted: with so long an answer, nobody would notice that some are left. */
        private void add(StandardAcl acl) {
            characters += AclBounds.characters(acl);
            if (++entries > MAX_DELETED) {
                throw new InvalidRequestException(
                        "Cannot remove more than " + MAX_DELETED + " acls in a single delete operation.");
            }
            if (characters > AclBounds.MAX_CHARACTERS) {
                throw new InvalidRequestException("Cannot tell of removed acls with more than "
                        + AclBounds.MAX_CHARACTERS + " characters in a single delete operation.");
            }
        }
    }

    @Override
    public Decision<ApiMessageAndVersion, List<AclDeleteResult>> decide(MetadataState state) {
        Set<Uuid> deleted = new LinkedHashSet<>();
        List<AclDeleteResult> results = new ArrayList<>(filters.size());
        Told told = new Told();
        for (AclBindingFilter filter : filters) {
            if (filter.isUnknown()) {
                results.add(new AclDeleteResult(new InvalidRequestException(
                        filter.patternFilter().isUnknown() ? "Unknown patternFilter." : "Unknown entryFilter.")));
            } else {
                results.add(new AclDeleteResult(matching(filter, state.acls(), told, deleted)));
            }
        }
        return new Decision<>(deleted.stream().map(MetadataEvents::removeAcl).toList(), () -> results);
    }

    private static List<AclBindingDeleteResult> matching(
            AclBindingFilter filter, Map<Uuid, StandardAcl> present, Told told, Set<Uuid> deleted) {
        List<AclBindingDeleteResult> matching = new ArrayList<>();
        present.forEach((id, acl) -> {
            AclBinding binding = acl.toBinding();
            if (filter.matches(binding)) {
                told.add(acl);
                deleted.add(id);
                matching.add(new AclBindingDeleteResult(binding));
            }
        });
        return matching;
    }
}
