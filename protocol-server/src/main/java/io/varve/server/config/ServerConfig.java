// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.engine.Durability;
import io.varve.core.engine.EngineConfig;
import io.varve.core.log.config.BatchRules;
import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.RetentionConfig;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.cluster.Endpoint;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.TopicLimits;
import io.varve.server.net.NetConfig;
import io.varve.server.txn.TransactionsConfig;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;

/**
 * The server's whole configuration, checked: each room's own record, side by side.
 *
 * @param advertised what clients of each listener are told to connect to, at least one; port 0 stands for the port bound
 * @param net connections and their limits
 * @param fetch limits of fetches
 * @param storage what keeps the data, and where
 * @param engine what the engine promises
 * @param metadata this broker and its topics
 * @param groups consumer groups
 * @param transactions transactions
 * @param warnings one line for each setting that has no effect
 */
public record ServerConfig(
        List<Endpoint> advertised,
        NetConfig net,
        FetchConfig fetch,
        StorageSettings storage,
        EngineConfig engine,
        MetadataConfig metadata,
        GroupsConfig groups,
        TransactionsConfig transactions,
        List<String> warnings) {
    private static final int ONE_BROKER = 1;
    private static final int GENERATED = -1;
    private static final long LEAST_DEDUPE_BUFFER = 1 << 20;

    /**
     * Reads and checks the configuration.
     *
     * @param file {@code server.properties}
     * @param overrides {@code key=value} each, stronger than the file
     * @param home what relative data directories count from
     * @return the configuration
     * @throws ConfigError for the first thing that is wrong, in one line
     */
    public static ServerConfig load(Path file, List<String> overrides, Path home) {
        PropertySources settings = PropertySources.read(file, overrides);
        Map<String, Object> values = BrokerKeys.parse(settings);
        Endpoints endpoints = new Endpoints(settings);
        List<Endpoint> bound = endpoints.bound((String) values.get(BrokerKeys.LISTENERS));
        return new ServerConfig(
                endpoints.advertised(bound, settings.get(BrokerKeys.ADVERTISED_LISTENERS)),
                net(bound, values),
                new FetchConfig(
                        (Integer) values.get(BrokerKeys.FETCH_MAX), (Integer) values.get(BrokerKeys.FETCH_SESSIONS)),
                storage(settings, values, home),
                engine(settings, values),
                metadata(settings, values),
                checked(settings, () -> GroupsConfig.parse(settings.all())),
                checked(settings, () -> TransactionsConfig.parse(settings.all())),
                warnings(settings, (String) values.get(BrokerKeys.BACKEND)));
    }

    private static NetConfig net(List<Endpoint> bound, Map<String, Object> values) {
        return new NetConfig(
                bound.stream().flatMap(Endpoints::addresses).toList(),
                (Integer) values.get(BrokerKeys.NETWORK_THREADS),
                new NetConfig.Sockets(
                        (Integer) values.get(BrokerKeys.SEND_BUFFER),
                        (Integer) values.get(BrokerKeys.RECEIVE_BUFFER),
                        (Integer) values.get(BrokerKeys.BACKLOG)),
                new NetConfig.Connections(
                        (Long) values.get(BrokerKeys.MAX_IDLE),
                        (Integer) values.get(BrokerKeys.MAX_CONNECTIONS),
                        (Integer) values.get(BrokerKeys.MAX_PER_IP)),
                new NetConfig.Requests(
                        (Integer) values.get(BrokerKeys.MAX_REQUEST),
                        (Long) values.get(BrokerKeys.MAX_QUEUED),
                        NetConfig.Requests.DEFAULT.maxQueuedPerConnection(),
                        NetConfig.Requests.DEFAULT.maxQueuedBytesPerConnection(),
                        (Integer) values.get(BrokerKeys.IO_THREADS),
                        (Integer) values.get(BrokerKeys.MAX_CONTROL_REQUEST)));
    }

    private static StorageSettings storage(PropertySources settings, Map<String, Object> values, Path home) {
        String key = settings.get(BrokerKeys.LOG_DIRS) == null && settings.get(BrokerKeys.LOG_DIR) != null
                ? BrokerKeys.LOG_DIR
                : BrokerKeys.LOG_DIRS;
        String text = key.equals(BrokerKeys.LOG_DIR) ? settings.get(key) : (String) values.get(key);
        List<Path> directories = new ArrayList<>();
        for (String word : BrokerKeys.words(text)) {
            try {
                directories.add(home.resolve(word).toAbsolutePath().normalize());
            } catch (InvalidPathException e) {
                throw settings.wrong(key, "a list of directories");
            }
        }
        if (directories.isEmpty()) {
            throw settings.wrong(key, "a list of directories");
        }
        return new StorageSettings((String) values.get(BrokerKeys.BACKEND), directories, settings.all());
    }

    private static EngineConfig engine(PropertySources settings, Map<String, Object> values) {
        String durability = (String) values.get(BrokerKeys.DURABILITY);
        return new EngineConfig(
                Durability.valueOf(durability.toUpperCase(Locale.ROOT)),
                (Long) values.get(BrokerKeys.FLUSH_MS),
                (Long) values.get(BrokerKeys.FLUSH_MESSAGES),
                (Integer) values.get(BrokerKeys.PRODUCER_EXPIRATION),
                new RetentionConfig(
                        (Long) values.get(BrokerKeys.RETENTION_CHECK_MS),
                        values.get(BrokerKeys.FUTURE_TIMESTAMPS).equals(BrokerKeys.KAFKAS_RULE)
                                ? FutureTimestamps.KAFKA
                                : FutureTimestamps.APPEND_TIME),
                compaction(settings, values));
    }

    private static CompactionConfig compaction(PropertySources settings, Map<String, Object> values) {
        int threads = (Integer) values.get(BrokerKeys.CLEANER_THREADS);
        long buffer = (Long) values.get(BrokerKeys.CLEANER_DEDUPE_BUFFER);
        if (buffer / threads < LEAST_DEDUPE_BUFFER) {
            throw settings.wrong(
                    settings.get(BrokerKeys.CLEANER_DEDUPE_BUFFER) == null
                            ? BrokerKeys.CLEANER_THREADS
                            : BrokerKeys.CLEANER_DEDUPE_BUFFER,
                    "such that each of " + threads + " cleaner threads has " + LEAST_DEDUPE_BUFFER + " bytes of "
                            + BrokerKeys.CLEANER_DEDUPE_BUFFER);
        }
        return new CompactionConfig(
                (Boolean) values.get(BrokerKeys.CLEANER_ENABLE),
                threads,
                buffer,
                (Double) values.get(BrokerKeys.CLEANER_LOAD_FACTOR),
                (Integer) values.get(BrokerKeys.CLEANER_IO_BUFFER),
                (Double) values.get(BrokerKeys.CLEANER_IO_MAX),
                (Long) values.get(BrokerKeys.CLEANER_BACKOFF));
    }

    private static MetadataConfig metadata(PropertySources settings, Map<String, Object> values) {
        int nodeId = (Integer) values.get(BrokerKeys.NODE_ID);
        if (settings.get(BrokerKeys.NODE_ID) == null && settings.get(BrokerKeys.BROKER_ID) != null) {
            nodeId = brokerId(settings, nodeId);
        }
        int node = nodeId;
        return checked(
                settings,
                () -> new MetadataConfig(
                        node,
                        (String) values.get(BrokerKeys.RACK),
                        (Integer) values.get(BrokerKeys.PARTITIONS),
                        ONE_BROKER,
                        (Boolean) values.get(BrokerKeys.AUTO_CREATE),
                        (Boolean) values.get(BrokerKeys.DELETE_TOPICS),
                        inForce(settings, node),
                        AcceptedLosses.parse((String) values.get(BrokerKeys.ACCEPTED_LOSSES)),
                        new TopicLimits(
                                (Integer) values.get(BrokerKeys.MAX_PARTITIONS),
                                (Integer) values.get(BrokerKeys.AUTO_CREATE_MAX),
                                (Integer) values.get(BrokerKeys.AUTO_CREATE_AT_ONCE),
                                (Integer) values.get(BrokerKeys.DESCRIBED_AT_ONCE)),
                        Definitions.all(),
                        new BatchRules(
                                BrokerKeys.FULL.equals(values.get(BrokerKeys.RECORD_VALIDATION)),
                                (Integer) values.get(BrokerKeys.MAX_RECORD),
                                null)));
    }

    /** What was set, as it is in force: each of two keys for one thing says the same. */
    private static Map<String, String> inForce(PropertySources settings, int nodeId) {
        Map<String, String> inForce = new HashMap<>(settings.all());
        inForce.values().removeIf(String::isEmpty);
        if (settings.get(BrokerKeys.NODE_ID) != null || settings.get(BrokerKeys.BROKER_ID) != null) {
            inForce.put(BrokerKeys.NODE_ID, Integer.toString(nodeId));
            inForce.put(BrokerKeys.BROKER_ID, Integer.toString(nodeId));
        }
        if (settings.get(BrokerKeys.LOG_DIRS) == null && settings.get(BrokerKeys.LOG_DIR) != null) {
            inForce.put(BrokerKeys.LOG_DIRS, settings.get(BrokerKeys.LOG_DIR));
        }
        inForce.remove(BrokerKeys.REPLICATION);
        return inForce;
    }

    /** Kafka before KRaft took -1 for "generate one". */
    private static int brokerId(PropertySources settings, int whenGenerated) {
        try {
            int id = Integer.parseInt(settings.get(BrokerKeys.BROKER_ID));
            if (id >= 0) {
                return id;
            }
            if (id == GENERATED) {
                return whenGenerated;
            }
        } catch (NumberFormatException e) {
            throw settings.wrong(BrokerKeys.BROKER_ID, "a whole number, 0 or more");
        }
        throw settings.wrong(BrokerKeys.BROKER_ID, "a whole number, 0 or more");
    }

    /** Other rooms check their own keys and name key and value; where those were set is ours to say. */
    private static <T> T checked(PropertySources settings, Supplier<T> room) {
        try {
            return room.get();
        } catch (ConfigException | MetadataException e) {
            String source = Stream.of(e.getMessage().split("[\\s:=]+"))
                    .filter(settings.all()::containsKey)
                    .findFirst()
                    .map(settings::source)
                    .orElse(settings.file());
            throw new ConfigError(source + ": " + e.getMessage());
        }
    }

    private static List<String> warnings(PropertySources settings, String backend) {
        Set<String> understood = new HashSet<>(BrokerKeys.names());
        understood.add(BrokerKeys.LOG_DIR);
        understood.addAll(GroupsConfig.keys());
        understood.addAll(TransactionsConfig.keys());
        understood.addAll(TopicConfigs.brokerNames());
        List<String> warnings = new ArrayList<>();
        for (String key : settings.all().keySet()) {
            String where = settings.source(key) + ": " + key;
            if (key.equals(BrokerKeys.BROKER_ID)) {
                warnings.add(where
                        + (settings.get(BrokerKeys.NODE_ID) == null
                                ? " is obsolete: taken as node.id"
                                : " is obsolete and ignored: node.id is given"));
            } else if (key.equals(BrokerKeys.REPLICATION) && !"1".equals(settings.get(key))) {
                warnings.add(where + " is ignored: " + IgnoredKeys.ONE_BROKER);
            } else if (!understood.contains(key) && !key.startsWith(backend + ".")) {
                warnings.add(where + " is ignored: " + IgnoredKeys.reason(key));
            }
        }
        return List.copyOf(warnings);
    }
}
