// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;

/**
 * The id and epoch that a producer goes on with, or an error.
 *
 * @param error NONE, or why it gets nothing
 * @param producer its id and epoch from now on; {@link ProducerEpoch#NONE} with an error
 */
public record ProducerEpochResult(Errors error, ProducerEpoch producer) {
    static ProducerEpochResult refused(Errors error) {
        return new ProducerEpochResult(error, ProducerEpoch.NONE);
    }
}
