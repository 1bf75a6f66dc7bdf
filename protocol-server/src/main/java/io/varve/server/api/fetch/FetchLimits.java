// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.read.Isolation;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * The limits of one fetch, for all its partitions.
 *
 * @param version the request's version
 * @param isolation how far to see
 * @param minBytes bytes worth answering for before the wait is over
 * @param maxBytes most bytes of records in the answer, the first batch excepted
 * @param maxWaitMs longest wait for {@code minBytes}, in ms
 * @param follower true if a replica asks, which nobody here may be
 */
record FetchLimits(short version, Isolation isolation, int minBytes, int maxBytes, int maxWaitMs, boolean follower) {
    private static final byte READ_COMMITTED = 1;

    /**
     * @param data a fetch request
     * @param version its version
     * @param config the broker's limits
     * @return the limits to serve it within
     */
    static FetchLimits of(FetchRequestData data, short version, FetchConfig config) {
        int maxBytes = Math.max(0, Math.min(data.maxBytes(), config.maxBytes()));
        return new FetchLimits(
                version,
                data.isolationLevel() == READ_COMMITTED ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED,
                Math.min(data.minBytes(), maxBytes),
                maxBytes,
                data.maxWaitMs(),
                !FetchRequest.isConsumer(FetchRequest.replicaId(data)));
    }
}
