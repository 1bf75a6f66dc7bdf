// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.read.Isolation;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * The limits of one fetch, for all its partitions together.
 *
 * @param version version of the request
 * @param isolation which records the client may read
 * @param minBytes bytes of records that end the wait
 * @param maxBytes max bytes of records in the response; the first batch may exceed it
 * @param maxWaitMs max wait for {@code minBytes}, in ms
 * @param follower true if a replica sent the fetch; this broker has none
 */
record FetchLimits(short version, Isolation isolation, int minBytes, int maxBytes, int maxWaitMs, boolean follower) {
    private static final byte READ_COMMITTED = 1;

    /**
     * @param data a fetch request
     * @param version its version
     * @param config limits of the broker
     * @param quotaBytes max bytes of records that the client's quota allows
     * @return limits of the fetch, each at most the broker's
     */
    static FetchLimits of(FetchRequestData data, short version, FetchConfig config, int quotaBytes) {
        int maxBytes = Math.max(0, Math.min(quotaBytes, Math.min(data.maxBytes(), config.maxBytes())));
        return new FetchLimits(
                version,
                data.isolationLevel() == READ_COMMITTED ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED,
                Math.min(data.minBytes(), maxBytes),
                maxBytes,
                data.maxWaitMs(),
                !FetchRequest.isConsumer(FetchRequest.replicaId(data)));
    }
}
