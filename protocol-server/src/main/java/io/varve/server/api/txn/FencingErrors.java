// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import org.apache.kafka.common.protocol.Errors;

/** Old clients know only one name for being fenced. */
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
