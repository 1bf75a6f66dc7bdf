// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.apache.kafka.common.protocol.ApiKeys.*;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.Schema;

/**
 * Lists the layouts of the versions that Kafka 4 has given up, but for WriteTxnMarkers 0 of brokers. A field
 * has the name it has in Kafka's layouts of today, where there is such a field.
 */
public final class OldLayouts {
    /** The layouts of one API, by version. */
    private record Line(Schema[] requests, Schema[] responses) {}

    private static final Map<ApiKeys, Line> LINES = new EnumMap<>(ApiKeys.class);

    // The records of a produce request are bytes here: the scan of a request then counts the memory that
    // their conversion takes.
    static {
        api(PRODUCE, requests(same(3, """
                        acks:int16 timeout_ms:int32
                        topic_data:[name:string partition_data:[index:int32 records:bytes?]]""")), responses("""
                        responses:[name:string partition_responses:[index:int32 error_code:int16 base_offset:int64]]""", """
                        responses:[name:string partition_responses:[index:int32 error_code:int16 base_offset:int64]]
                        throttle_time_ms:int32""", """
                        responses:[name:string partition_responses:[index:int32 error_code:int16 base_offset:int64
                        log_append_time_ms:int64]] throttle_time_ms:int32"""));
        String fetched = """
                responses:[topic:string partitions:[partition_index:int32 error_code:int16 high_watermark:int64
                records:records?]]""";
        String fetch = """
                topics:[topic:string partitions:[partition:int32 fetch_offset:int64 partition_max_bytes:int32]]""";
        String wait = "replica_id:int32 max_wait_ms:int32 min_bytes:int32 ";
        api(
                FETCH,
                requests(wait + fetch, wait + fetch, wait + fetch, wait + "max_bytes:int32 " + fetch),
                responses(
                        fetched,
                        "throttle_time_ms:int32 " + fetched,
                        "throttle_time_ms:int32 " + fetched,
                        "throttle_time_ms:int32 " + fetched));
        api(LIST_OFFSETS, requests("""
                        replica_id:int32
                        topics:[name:string partitions:[partition_index:int32 timestamp:int64 max_num_offsets:int32]]"""), responses("""
                        topics:[name:string partitions:[partition_index:int32 error_code:int16
                        old_style_offsets:[int64]]]"""));
        api(
                OFFSET_COMMIT,
                requests("""
                        group_id:string topics:[name:string partitions:[partition_index:int32 committed_offset:int64
                        committed_metadata:string?]]""", """
                        group_id:string generation_id_or_member_epoch:int32 member_id:string
                        topics:[name:string partitions:[partition_index:int32 committed_offset:int64
                        commit_timestamp:int64 committed_metadata:string?]]"""),
                responses(same(2, "topics:[name:string partitions:[partition_index:int32 error_code:int16]]")));
        api(OFFSET_FETCH, requests("group_id:string topics:[name:string partition_indexes:[int32]]"), responses("""
                        topics:[name:string partitions:[partition_index:int32 committed_offset:int64
                        metadata:string? error_code:int16]]"""));
        String creations = """
                topics:[name:string num_partitions:int32 replication_factor:int16
                assignments:[partition_index:int32 broker_ids:[int32]] configs:[name:string value:string?]]
                timeout_ms:int32""";
        api(
                CREATE_TOPICS,
                requests(creations, creations + " validate_only:bool"),
                responses(
                        "topics:[name:string error_code:int16]",
                        "topics:[name:string error_code:int16 error_message:string?]"));
        api(
                DELETE_TOPICS,
                requests("topic_names:[string] timeout_ms:int32"),
                responses("responses:[name:string error_code:int16]"));
        api(
                OFFSET_FOR_LEADER_EPOCH,
                requests(same(2, "topics:[topic:string partitions:[partition:int32 leader_epoch:int32]]")),
                responses("topics:[topic:string partitions:[error_code:int16 partition:int32 end_offset:int64]]", """
                        topics:[topic:string partitions:[error_code:int16 partition:int32 leader_epoch:int32
                        end_offset:int64]]"""));
        api(
                DESCRIBE_CONFIGS,
                requests("resources:[resource_type:int8 resource_name:string configuration_keys:[string]?]"),
                responses("""
                        throttle_time_ms:int32
                        results:[error_code:int16 error_message:string? resource_type:int8 resource_name:string
                        configs:[name:string value:string? read_only:bool is_default:bool is_sensitive:bool]]"""));
        api(DESCRIBE_LOG_DIRS, requests("topics:[topic:string partitions:[int32]]?"), responses("""
                        throttle_time_ms:int32
                        results:[error_code:int16 log_dir:string topics:[name:string partitions:[partition_index:int32
                        partition_size:int64 offset_lag:int64 is_future_key:bool]]]"""));
        String acl = "principal:string host:string operation:int8 permission_type:int8";
        String filter = """
                resource_type_filter:int8 resource_name_filter:string? principal_filter:string? host_filter:string?
                operation:int8 permission_type:int8""";
        api(
                DESCRIBE_ACLS,
                requests(filter),
                responses("throttle_time_ms:int32 error_code:int16 error_message:string?"
                        + " resources:[resource_type:int8 resource_name:string acls:[" + acl + "]]"));
        api(
                CREATE_ACLS,
                requests("creations:[resource_type:int8 resource_name:string " + acl + "]"),
                responses("throttle_time_ms:int32 results:[error_code:int16 error_message:string?]"));
        api(
                DELETE_ACLS,
                requests("filters:[" + filter + "]"),
                responses("throttle_time_ms:int32 filter_results:[error_code:int16 error_message:string?"
                        + " matching_acls:[error_code:int16 error_message:string? resource_type:int8"
                        + " resource_name:string " + acl + "]]"));
        api(
                ALTER_REPLICA_LOG_DIRS,
                requests("dirs:[path:string topics:[name:string partitions:[int32]]]"),
                responses("""
                        throttle_time_ms:int32
                        results:[topic_name:string partitions:[partition_index:int32 error_code:int16]]"""));
        tokens();
    }

    private static void tokens() {
        String until = "expiry_timestamp_ms:int64 throttle_time_ms:int32";
        api(
                CREATE_DELEGATION_TOKEN,
                requests("renewers:[principal_type:string principal_name:string] max_lifetime_ms:int64"),
                responses("""
                        error_code:int16 principal_type:string principal_name:string issue_timestamp_ms:int64
                        expiry_timestamp_ms:int64 max_timestamp_ms:int64 token_id:string hmac:bytes
                        throttle_time_ms:int32"""));
        api(
                RENEW_DELEGATION_TOKEN,
                requests("hmac:bytes renew_period_ms:int64"),
                responses("error_code:int16 " + until));
        api(
                EXPIRE_DELEGATION_TOKEN,
                requests("hmac:bytes expiry_time_period_ms:int64"),
                responses("error_code:int16 " + until));
        api(
                DESCRIBE_DELEGATION_TOKEN,
                requests("owners:[principal_type:string principal_name:string]?"),
                responses("""
                        error_code:int16
                        tokens:[principal_type:string principal_name:string issue_timestamp:int64
                        expiry_timestamp:int64 max_timestamp:int64 token_id:string hmac:bytes
                        renewers:[principal_type:string principal_name:string]]
                        throttle_time_ms:int32"""));
    }

    private OldLayouts() {}

    private static void api(ApiKeys api, Schema[] requests, Schema[] responses) {
        if (requests.length != responses.length || requests.length != api.oldestVersion()) {
            throw new IllegalStateException(
                    api + " has " + requests.length + " old versions, and is known from " + api.oldestVersion());
        }
        LINES.put(api, new Line(requests, responses));
    }

    private static String[] same(int versions, String layout) {
        String[] layouts = new String[versions];
        Arrays.fill(layouts, layout);
        return layouts;
    }

    private static Schema[] requests(String... layouts) {
        return schemas(layouts);
    }

    private static Schema[] responses(String... layouts) {
        return schemas(layouts);
    }

    private static Schema[] schemas(String... layouts) {
        return Arrays.stream(layouts).map(LayoutText::of).toArray(Schema[]::new);
    }

    /**
     * @param api an API
     * @param version any value
     * @return true if only this package can read and write the version
     */
    public static boolean has(ApiKeys api, short version) {
        Line line = LINES.get(api);
        return line != null && version >= 0 && version < line.requests.length;
    }

    /**
     * @param api an API
     * @return the lowest version that can be served: 0 for an API with old versions, else Kafka's own
     */
    public static short first(ApiKeys api) {
        return LINES.containsKey(api) ? 0 : api.oldestVersion();
    }

    /**
     * @param api an API
     * @param version an old version, one that this class {@link #has}
     * @return layout of its requests
     */
    public static Schema request(ApiKeys api, short version) {
        return LINES.get(api).requests[version];
    }

    /**
     * @param api an API
     * @param version an old version, one that this class {@link #has}
     * @return layout of its responses
     */
    static Schema response(ApiKeys api, short version) {
        return LINES.get(api).responses[version];
    }
}
