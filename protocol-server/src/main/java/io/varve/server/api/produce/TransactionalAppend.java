// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendRun;
import io.varve.core.transaction.VerificationGuard;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends one batch of a transaction, or refuses it, when the coordinator has decided. Called on the
 * connection's event loop.
 */
interface TransactionalAppend {
    /**
     * @param batch the batch as it was validated, where it is now
     * @param guard to present to the partition
     * @return null when the batch has been appended, or refused for good; else that the guard did not hold,
     *     and why
     */
    AppendException append(AppendRun batch, VerificationGuard guard);

    /** @param error what the coordinator said, as it says it to who sends batches */
    void refuse(Errors error);

    /** @param refused what the partition said before the coordinator was asked */
    void refuse(AppendException refused);
}
