// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * How the network treats the requests of an API, before and beside its handler.
 *
 * @param size how large a request may be
 * @param maxElements most elements of all its arrays together, those of arrays in arrays and tagged fields included
 * @param place which thread runs the handler
 */
public record ApiPolicy(Size size, int maxElements, Place place) {
    /** How large requests may be. */
    public enum Size {
        /** Names a thing or two: a sixteenth of {@code control.request.max.bytes}. */
        SMALL,
        /** {@code control.request.max.bytes}. */
        ORDINARY,
        /** Has something to say of each of many partitions, members or topics: four times {@code control.request.max.bytes}. */
        LARGE,
        /** Carries records: {@code socket.request.max.bytes}. */
        RECORDS
    }

    /** Which thread runs a handler. */
    public enum Place {
        /** The connection's event loop, always: the handler's state belongs to it. */
        LOOP,
        /** The connection's event loop, but a worker thread for a request of more than {@link #MANY} elements. */
        BY_NUMBER,
        /** A worker thread: what reads disks, decompresses, waits for directories, or does something for each of many elements. */
        BACKGROUND
    }

    /** Of more elements than this a request is parsed on a worker thread. */
    public static final int MANY = 2_000;

    private static final int FEW = 100;
    private static final int MOST = 100_000;

    private static final Map<ApiKeys, ApiPolicy> TABLE = new EnumMap<>(ApiKeys.class);
    private static final ApiPolicy OTHER = new ApiPolicy(Size.ORDINARY, MOST, Place.BY_NUMBER);

    static {
        policy(ApiKeys.PRODUCE, Size.RECORDS, MOST, Place.LOOP);
        policy(ApiKeys.FETCH, Size.LARGE, MOST, Place.LOOP);
        policy(ApiKeys.LIST_OFFSETS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.OFFSET_FOR_LEADER_EPOCH, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.DELETE_RECORDS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.DESCRIBE_PRODUCERS, Size.ORDINARY, MOST, Place.BACKGROUND);
        policy(ApiKeys.DESCRIBE_LOG_DIRS, Size.ORDINARY, MOST, Place.BACKGROUND);

        policy(ApiKeys.API_VERSIONS, Size.SMALL, FEW, Place.LOOP);
        policy(ApiKeys.METADATA, Size.LARGE, MOST, Place.BY_NUMBER);
        policy(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.CREATE_TOPICS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.CREATE_PARTITIONS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.DELETE_TOPICS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.DESCRIBE_CONFIGS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.ALTER_CONFIGS, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.INCREMENTAL_ALTER_CONFIGS, Size.LARGE, MOST, Place.BACKGROUND);

        // The first that asks for a coordinator makes the topic it keeps its state in.
        policy(ApiKeys.FIND_COORDINATOR, Size.ORDINARY, MOST, Place.BACKGROUND);
        // A member's metadata names its topics; a leader's assignments name every partition. Nobody has a hundred
        // assignors.
        policy(ApiKeys.JOIN_GROUP, Size.LARGE, FEW, Place.BACKGROUND);
        policy(ApiKeys.SYNC_GROUP, Size.LARGE, MOST, Place.BY_NUMBER);
        policy(ApiKeys.HEARTBEAT, Size.SMALL, FEW, Place.LOOP);
        policy(ApiKeys.CONSUMER_GROUP_HEARTBEAT, Size.LARGE, MOST, Place.BY_NUMBER);
        policy(ApiKeys.OFFSET_COMMIT, Size.LARGE, MOST, Place.BY_NUMBER);
        policy(ApiKeys.OFFSET_FETCH, Size.LARGE, MOST, Place.BY_NUMBER);
        policy(ApiKeys.OFFSET_DELETE, Size.LARGE, MOST, Place.BACKGROUND);
        policy(ApiKeys.DELETE_GROUPS, Size.ORDINARY, MOST, Place.BACKGROUND);
        policy(ApiKeys.DESCRIBE_GROUPS, Size.ORDINARY, MOST, Place.BACKGROUND);
        policy(ApiKeys.LIST_GROUPS, Size.SMALL, FEW, Place.BACKGROUND);
        policy(ApiKeys.CONSUMER_GROUP_DESCRIBE, Size.ORDINARY, MOST, Place.BACKGROUND);

        policy(ApiKeys.INIT_PRODUCER_ID, Size.SMALL, FEW, Place.BACKGROUND);
        policy(ApiKeys.ADD_PARTITIONS_TO_TXN, Size.LARGE, MOST, Place.BY_NUMBER);
        policy(ApiKeys.ADD_OFFSETS_TO_TXN, Size.SMALL, FEW, Place.LOOP);
        policy(ApiKeys.END_TXN, Size.SMALL, FEW, Place.LOOP);
        policy(ApiKeys.TXN_OFFSET_COMMIT, Size.LARGE, MOST, Place.BY_NUMBER);
        policy(ApiKeys.WRITE_TXN_MARKERS, Size.ORDINARY, MOST, Place.BACKGROUND);
        policy(ApiKeys.DESCRIBE_TRANSACTIONS, Size.ORDINARY, MOST, Place.BACKGROUND);
        policy(ApiKeys.LIST_TRANSACTIONS, Size.ORDINARY, MOST, Place.BACKGROUND);

        policy(ApiKeys.PUSH_TELEMETRY, Size.LARGE, FEW, Place.LOOP);
    }

    private static void policy(ApiKeys api, Size size, int maxElements, Place place) {
        TABLE.put(api, new ApiPolicy(size, maxElements, place));
    }

    /**
     * @param api any API
     * @return how its requests are treated
     */
    public static ApiPolicy of(ApiKeys api) {
        return TABLE.getOrDefault(api, OTHER);
    }

    /**
     * @param extent of a request
     * @return true if its handler runs on a worker thread, whatever the handler itself finds
     */
    public boolean inBackground(RequestExtent extent) {
        return place == Place.BACKGROUND || place == Place.BY_NUMBER && extent.isLarge();
    }
}
