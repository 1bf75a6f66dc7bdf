// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.core.log.read.Isolation;

/**
 * The limits of one ShareFetch, for all its partitions together.
 *
 * @param isolation which records the group is shown
 * @param minBytes bytes of records that end the wait
 * @param maxBytes max bytes of records in the response; the first batch may exceed it
 * @param maxRecords max number of records
 * @param batchSize number of records in a run to acknowledge as one
 * @param strict true if {@code maxRecords} must not be exceeded
 * @param maxWaitMs max wait, in ms
 */
record ShareFetchLimits(
        Isolation isolation,
        int minBytes,
        int maxBytes,
        int maxRecords,
        int batchSize,
        boolean strict,
        int maxWaitMs) {}
