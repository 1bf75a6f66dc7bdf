// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.acl;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.authorizer.StandardAcl;

/** Listens to changes of access control lists. */
@FunctionalInterface
public interface AclListener {
    /**
     * Called first with all entries that there are, then for each durable change, one call after the other,
     * by the thread that writes the metadata. Must not block.
     *
     * @param changes the entries that are new, and nothing for those that are gone, by their ids
     */
    void changed(Map<Uuid, Optional<StandardAcl>> changes);
}
