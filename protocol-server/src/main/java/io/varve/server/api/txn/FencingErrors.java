// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import org.apache.kafka.common.protocol.Errors;

/** Replaces PRODUCER_FENCED for old clients by the code that they know. Stateless. */
final class FencingErrors {
    private FencingErrors() {}

    /**
     * @param error the error of the coordinator
     * @param version version of the request
     * @param first first version of the API whose clients know PRODUCER_FENCED
     * @return the error for the client
     */
    static Errors forVersion(Errors error, short version, short first) {
        return error == Errors.PRODUCER_FENCED && version < first ? Errors.INVALID_PRODUCER_EPOCH : error;
    }
}
