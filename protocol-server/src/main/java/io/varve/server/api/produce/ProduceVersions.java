// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.server.coordinator.TransactionVerifier.Admission;
import org.apache.kafka.common.protocol.Errors;

/**
 * What clients of each version of Produce leave to the broker in transactions, and what they understand.
 * Stateless.
 */
final class ProduceVersions {
    /** The version from which topics go by id (KIP-516). */
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    /** From here on the broker adds partitions to transactions (KIP-890). */
    private static final short FIRST_THAT_ADDS = 12;
    /** From here on TRANSACTION_ABORTABLE is understood (KIP-1050). */
    private static final short FIRST_WITH_ABORTABLE = 11;

    private ProduceVersions() {}

    static boolean namesTopicsById(short version) {
        return version >= FIRST_WITH_TOPIC_IDS;
    }

    /** @return what the broker has to do for a batch that begins a transaction in its partition */
    static Admission admission(short version) {
        if (version >= FIRST_THAT_ADDS) {
            return Admission.ADD;
        }
        return version >= FIRST_WITH_ABORTABLE ? Admission.VERIFY : Admission.VERIFY_FOR_OLD_CLIENT;
    }

    /**
     * Producers before transaction.version 2 do not expect the coordinator's errors from a partition. Of
     * those they know, this one makes them try again without asking for metadata.
     *
     * @param error what the coordinator said
     * @return what the producer is told
     */
    static Errors errorFor(Errors error, short version) {
        return switch (error) {
            case CONCURRENT_TRANSACTIONS -> version >= FIRST_THAT_ADDS ? error : Errors.NOT_ENOUGH_REPLICAS;
            case NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                Errors.NOT_ENOUGH_REPLICAS;
            default -> error;
        };
    }
}
