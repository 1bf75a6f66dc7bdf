// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * How the network treats the requests of an API, before and beside its handler.
 *
 * @param place where handlers run
 */
public record ApiPolicy(Place place) {
    /** Which thread runs a handler. */
    public enum Place {
        /** The connection's event loop: what is short whatever the request says. */
        LOOP,
        /** A worker thread: what reads disks, decompresses, waits for directories, or does something for each of many elements. */
        BACKGROUND
    }

    private static final Map<ApiKeys, ApiPolicy> TABLE = new EnumMap<>(ApiKeys.class);
    private static final ApiPolicy OTHER = new ApiPolicy(Place.LOOP);

    static {
        background(ApiKeys.LIST_OFFSETS);
        background(ApiKeys.CREATE_TOPICS);
        background(ApiKeys.DELETE_TOPICS);
        background(ApiKeys.CREATE_PARTITIONS);
        background(ApiKeys.DELETE_RECORDS);
        background(ApiKeys.OFFSET_FOR_LEADER_EPOCH);
        background(ApiKeys.OFFSET_DELETE);
        background(ApiKeys.DESCRIBE_CONFIGS);
        background(ApiKeys.ALTER_CONFIGS);
        background(ApiKeys.INCREMENTAL_ALTER_CONFIGS);
        background(ApiKeys.DESCRIBE_LOG_DIRS);
        background(ApiKeys.DESCRIBE_PRODUCERS);
        background(ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
        background(ApiKeys.WRITE_TXN_MARKERS);
        background(ApiKeys.DELETE_GROUPS);
        background(ApiKeys.DESCRIBE_GROUPS);
        background(ApiKeys.LIST_GROUPS);
        background(ApiKeys.CONSUMER_GROUP_DESCRIBE);
        background(ApiKeys.DESCRIBE_TRANSACTIONS);
        background(ApiKeys.LIST_TRANSACTIONS);
    }

    private static void background(ApiKeys api) {
        TABLE.put(api, new ApiPolicy(Place.BACKGROUND));
    }

    /**
     * @param api any API
     * @return how its requests are treated
     */
    public static ApiPolicy of(ApiKeys api) {
        return TABLE.getOrDefault(api, OTHER);
    }
}
