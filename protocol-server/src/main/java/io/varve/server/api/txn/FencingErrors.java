// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import org.apache.kafka.common.protocol.Errors;

/** Tells old clients that they are fenced by the one code they know. */
final class FencingErrors {
    private FencingErrors() {}

    /**
     * @param version the request's
     * @param first the first version of its API whose clients know PRODUCER_FENCED
     */
    static Errors forVersion(Errors error, short version, short first) {
        return error == Errors.PRODUCER_FENCED && version < first ? Errors.INVALID_PRODUCER_EPOCH : error;
    }
}
