// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.server.coordinator.TransactionVerifier.Admission;
import org.apache.kafka.common.protocol.Errors;

/**
 * Knows the differences between the versions of Produce: how topics are named, which checks of a transaction
 * the broker does, and which error codes clients understand. Stateless.
 */
final class ProduceVersions {
    /** The first version that names topics by id (KIP-516). */
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    /** The first version in which the broker adds partitions to transactions (KIP-890). */
    private static final short FIRST_THAT_ADDS = 12;
    /** The first version whose clients understand TRANSACTION_ABORTABLE (KIP-1050). */
    private static final short FIRST_WITH_ABORTABLE = 11;

    private ProduceVersions() {}

    /** @return true if requests of the version name topics by id */
    static boolean namesTopicsById(short version) {
        return version >= FIRST_WITH_TOPIC_IDS;
    }

    /** @return how the coordinator admits a batch that begins a transaction in its partition */
    static Admission admission(short version) {
        if (version >= FIRST_THAT_ADDS) {
            return Admission.ADD;
        }
        return version >= FIRST_WITH_ABORTABLE ? Admission.VERIFY : Admission.VERIFY_FOR_OLD_CLIENT;
    }

    /**
     * Replaces the coordinator's errors that a producer does not expect from a partition. Of the codes that
     * the producer knows, NOT_ENOUGH_REPLICAS makes it retry without a refresh of its metadata.
     *
     * @param error the coordinator's error
     * @param version version of the request
     * @return the error for the producer
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
