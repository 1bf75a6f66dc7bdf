// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.utils.Utils;

/**
 * Encodes the operations that a client may perform on a group as the bit field of KIP-430. Without an
 * authorizer these are all operations.
 */
final class GroupOperations {
    static final int ALL = Utils.to32BitField(Set.of(
                    AclOperation.READ,
                    AclOperation.DESCRIBE,
                    AclOperation.DELETE,
                    AclOperation.DESCRIBE_CONFIGS,
                    AclOperation.ALTER_CONFIGS)
            .stream()
            .map(AclOperation::code)
            .collect(Collectors.toSet()));

    private GroupOperations() {}
}
