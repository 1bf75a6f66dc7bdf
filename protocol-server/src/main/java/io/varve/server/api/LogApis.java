// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.api.fetch.FetchHandler;
import io.varve.server.api.fetch.FetchSessions;
import io.varve.server.api.offsets.ListOffsetsHandler;
import io.varve.server.api.offsets.OffsetForLeaderEpochHandler;
import io.varve.server.api.produce.ProduceHandler;
import io.varve.server.api.txn.DescribeProducersHandler;
import io.varve.server.api.txn.WriteTxnMarkersHandler;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.OffsetsMarkerWriter;
import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.metadata.topic.Topics;
import java.util.List;

/** The APIs that read and write logs. */
public final class LogApis {
    private LogApis() {}

    /**
     * @param topics finds the logs
     * @param transactions asked before a transaction's first batch in a partition is appended
     * @param cluster tells clients where this broker is
     * @param config limits fetches
     * @param clock tells how long fetch sessions were idle
     * @param ids names fetch sessions
     * @return handlers of Produce, Fetch, ListOffsets and OffsetForLeaderEpoch
     */
    public static List<ApiHandler> handlers(
            Topics topics,
            TransactionVerifier transactions,
            ClusterInfo cluster,
            FetchConfig config,
            Clock clock,
            Ids ids) {
        FetchSessions sessions = new FetchSessions(config.sessionSlots(), clock, ids);
        return List.of(
                new ProduceHandler(topics, transactions),
                new FetchHandler(topics, cluster, config, sessions),
                new ListOffsetsHandler(topics),
                new OffsetForLeaderEpochHandler(topics));
    }

    /**
     * @param topics finds the logs
     * @param offsets ends transactions in {@code __consumer_offsets}
     * @return handlers of DescribeProducers and WriteTxnMarkers
     */
    public static List<ApiHandler> transactionHandlers(Topics topics, OffsetsMarkerWriter offsets) {
        return List.of(new DescribeProducersHandler(topics), new WriteTxnMarkersHandler(topics, offsets));
    }
}
