// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;
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

    /**
     * Sets the operations of each group that was found, if the request asks for them.
     *
     * @param asked whether it does
     * @param described the groups of an answer
     * @param error a group's error code
     * @param set sets a group's bit field
     * @return the same groups
     */
    static <G> List<G> shown(boolean asked, List<G> described, ToIntFunction<G> error, ObjIntConsumer<G> set) {
        if (asked) {
            described.stream()
                    .filter(group -> error.applyAsInt(group) == Errors.NONE.code())
                    .forEach(group -> set.accept(group, ALL));
        }
        return described;
    }
}
