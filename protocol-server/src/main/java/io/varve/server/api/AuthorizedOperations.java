// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * The operations a client may do, as the bit fields of KIP-430. Without an authorizer: all that exist for the
 * resource.
 */
public final class AuthorizedOperations {
    /** What a response says when the client did not ask. */
    static final int OMITTED = Integer.MIN_VALUE;

    public static final int ON_TOPIC = bits(List.of(
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER,
            AclOperation.ALTER_CONFIGS,
            AclOperation.DELETE,
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.CREATE));

    public static final int ON_CLUSTER = bits(List.of(
            AclOperation.CREATE,
            AclOperation.CLUSTER_ACTION,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS,
            AclOperation.IDEMPOTENT_WRITE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE));

    private AuthorizedOperations() {}

    public static int onTopic(boolean asked) {
        return asked ? ON_TOPIC : OMITTED;
    }

    public static int onCluster(boolean asked) {
        return asked ? ON_CLUSTER : OMITTED;
    }

    private static int bits(List<AclOperation> operations) {
        int bits = 0;
        for (AclOperation operation : operations) {
            bits |= 1 << operation.code();
        }
        return bits;
    }
}
