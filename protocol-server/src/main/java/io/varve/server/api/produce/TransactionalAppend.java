// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendRun;
import io.varve.core.transaction.VerificationGuard;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends one batch of a transaction, or refuses it, once the coordinator has decided. Called on the event
 * loop of the connection.
 */
interface TransactionalAppend {
    /**
     * @param batch the validated batch, or a copy of it
     * @param guard guard of the verification
     * @return null when the batch was appended or finally refused; the exception when the guard is out of
     *     date
     */
    AppendException append(AppendRun batch, VerificationGuard guard);

    /** @param error the coordinator's error, as it is for producers */
    void refuse(Errors error);

    /** @param refused the exception of the partition, which refused the batch without the coordinator */
    void refuse(AppendException refused);
}
