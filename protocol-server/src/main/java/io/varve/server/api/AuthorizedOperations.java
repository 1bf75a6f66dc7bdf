// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * Encodes the operations that a client may perform as the bit fields of KIP-430. Without an authorizer these
 * are all operations of the resource. Stateless.
 */
public final class AuthorizedOperations {
    /** The value in a response to a client that did not ask for operations. */
    static final int OMITTED = Integer.MIN_VALUE;

    /** All operations on a topic. */
    public static final int ON_TOPIC = bits(List.of(
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER,
            AclOperation.ALTER_CONFIGS,
            AclOperation.DELETE,
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.CREATE));

    /** All operations on the cluster. */
    public static final int ON_CLUSTER = bits(List.of(
            AclOperation.CREATE,
            AclOperation.CLUSTER_ACTION,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS,
            AclOperation.IDEMPOTENT_WRITE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE));

    private AuthorizedOperations() {}

    /**
     * @param asked true if the client asked for operations
     * @return the bits for a topic in the response
     */
    public static int onTopic(boolean asked) {
        return asked ? ON_TOPIC : OMITTED;
    }

    /**
     * @param asked true if the client asked for operations
     * @return the bits for the cluster in the response
     */
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
