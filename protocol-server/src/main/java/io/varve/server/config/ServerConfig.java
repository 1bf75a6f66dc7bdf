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
import io.varve.server.http.HttpConfig;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.TopicLimits;
import io.varve.server.metadata.topic.TopicsConfig;
import io.varve.server.net.NetConfig;
import io.varve.server.quota.QuotaWindow;
import io.varve.server.quota.ThrottleConfig;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.access.AuthorizerConfig;
import io.varve.server.security.sasl.SaslConfig;
import io.varve.server.share.state.ShareStateConfig;
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

/**
 * The complete, validated configuration of the server: one record for each package.
 *
 * @param advertised the advertised endpoint of each listener, at least one; port 0 stands for the bound port
 * @param net connections and their limits
 * @param security how each listener is secured, by its name, those of HTTP with TLS too
 * @param http where HTTP is served, if at all
 * @param sasl how clients authenticate, of each listener that has SASL
 * @param access who may do what
 * @param fetch limits of fetches
 * @param throttle the times over which the use of quotas is measured
 * @param storage the backend and its directories
 * @param engine durability, retention and compaction
 * @param metadata this broker and its limits on topics
 * @param groups settings of consumer groups
 * @param transactions settings of transactions
 * @param shareStates settings of the states of share groups
 * @param virtualClock true if the server's time can be moved ahead by clients
 * @param warnings one line for each setting that has no effect, or hardly the one that was meant
 */
public record ServerConfig(
        List<Endpoint> advertised,
        NetConfig net,
        Map<String, ListenerSecurity> security,
        HttpConfig http,
        List<SaslConfig> sasl,
        AuthorizerConfig access,
        FetchConfig fetch,
        ThrottleConfig throttle,
        StorageConfig storage,
        EngineConfig engine,
        MetadataConfig metadata,
        GroupsConfig groups,
        TransactionsConfig transactions,
        ShareStateConfig shareStates,
        boolean virtualClock,
        List<String> warnings) {
    /** Stands between key and reason in those of the warnings that are of keys without effect. */
    public static final String IGNORED = " is ignored: ";

    private static final int ONE_BROKER = 1;
    private static final String GENERATED = "-1";
    private static final long MIN_DEDUPE_BUFFER_BYTES = 1 << 20;

    /**
     * Reads and validates the configuration.
     *
     * @param file {@code server.properties}
     * @param overrides {@code key=value} each; override the file
     * @param home base of relative data directories
     * @return the configuration
     * @throws ConfigError for the first invalid setting, in one line
     */
    public static ServerConfig load(Path file, List<String> overrides, Path home) {
        return validated(PropertySources.read(file, overrides), home);
    }

    /**
     * Validates a configuration that a program gives.
     *
     * @param settings values by their keys in {@code server.properties}; others have their defaults
     * @param home base of relative data directories
     * @return the configuration
     * @throws ConfigError for the first invalid setting, in one line
     */
    public static ServerConfig of(Map<String, String> settings, Path home) {
        return validated(PropertySources.of(settings, "settings"), home);
    }

    private static ServerConfig validated(PropertySources settings, Path home) {
        Map<String, Object> values = BrokerConfigDef.parse(settings);
        EndpointParser endpoints = new EndpointParser(settings);
        List<Endpoint> bound = endpoints.bound((String) values.get(BrokerConfigDef.LISTENERS));
        List<Endpoint> advertised = endpoints.advertised(bound, settings.get(BrokerConfigDef.ADVERTISED_LISTENERS));
        List<Endpoint> http = endpoints.http((String) values.get(BrokerConfigDef.HTTP_LISTENERS), bound);
        Map<String, ListenerSecurity> security =
                new ListenerSecurities(settings, (String) values.get(BrokerConfigDef.PROTOCOL_MAP)).of(bound, http);
        List<SaslConfig> sasl = DelegatedSettings.checked(settings, () -> sasl(security, values));
        AuthorizerConfig access = DelegatedSettings.checked(
                settings,
                () -> new AuthorizerConfig(
                        (String) values.get(AuthorizerConfig.CLASS_NAME),
                        (String) values.get(AuthorizerConfig.SUPER_USERS),
                        (Boolean) values.get(AuthorizerConfig.ALLOW_EVERYONE)));
        List<String> doubts = new ArrayList<>(new OpenListeners(settings, security).of(bound, http));
        access.doubts().forEach(doubt -> doubts.add(settings.source(AuthorizerConfig.SUPER_USERS) + ": " + doubt));
        CombinedSettings.check(settings, values);
        return new ServerConfig(
                advertised,
                net(settings, bound, values),
                security,
                HttpConfig.of(http, advertised, (Boolean) values.get(BrokerConfigDef.HTTP_METRICS_OPEN)),
                sasl,
                access,
                new FetchConfig((Integer) values.get(BrokerConfigDef.FETCH_MAX), (Integer)
                        values.get(BrokerConfigDef.FETCH_SESSIONS)),
                new ThrottleConfig(
                        window(values, BrokerConfigDef.QUOTA_SAMPLES, BrokerConfigDef.QUOTA_SECONDS),
                        window(values, BrokerConfigDef.MUTATION_SAMPLES, BrokerConfigDef.MUTATION_SECONDS),
                        new ListenerLimits(settings).of(BrokerConfigDef.MAX_CREATION_RATE, bound)),
                storage(settings, values, home),
                engine(settings, values),
                metadata(settings, values),
                DelegatedSettings.parse(settings, GroupsConfig::parse),
                DelegatedSettings.parse(settings, TransactionsConfig::parse),
                DelegatedSettings.parse(settings, ShareStateConfig::parse),
                virtualClock(settings, values, bound),
                warnings(settings, values, security, sasl, doubts));
    }

    /** Clients may move a virtual clock, and so delete all records: only those on this machine. */
    private static boolean virtualClock(PropertySources settings, Map<String, Object> values, List<Endpoint> bound) {
        boolean virtual = values.get(BrokerConfigDef.CLOCK).equals(BrokerConfigDef.VIRTUAL);
        if (virtual && !bound.stream().allMatch(EndpointParser::isLoopback)) {
            throw settings.wrong(
                    BrokerConfigDef.LISTENERS,
                    "on loopback addresses only, as localhost and 127.0.0.1, with " + BrokerConfigDef.CLOCK + "="
                            + BrokerConfigDef.VIRTUAL);
        }
        return virtual;
    }

    private static List<SaslConfig> sasl(Map<String, ListenerSecurity> security, Map<String, Object> values) {
        SaslConfig.AuthenticationLimits limits =
                new SaslConfig.AuthenticationLimits((Integer) values.get(BrokerConfigDef.AUTHENTICATION_DELAY), (Long)
                        values.get(BrokerConfigDef.AUTHENTICATION_TIMEOUT));
        return security.values().stream()
                .filter(listener -> SaslConfig.isNeeded(listener.protocol()))
                .map(listener -> SaslConfig.parse(listener, limits))
                .toList();
    }

    private static NetConfig net(PropertySources settings, List<Endpoint> bound, Map<String, Object> values) {
        return new NetConfig(
                bound.stream().flatMap(EndpointParser::addresses).toList(),
                (Integer) values.get(BrokerConfigDef.NETWORK_THREADS),
                new NetConfig.Sockets(
                        (Integer) values.get(BrokerConfigDef.SEND_BUFFER),
                        (Integer) values.get(BrokerConfigDef.RECEIVE_BUFFER),
                        (Integer) values.get(BrokerConfigDef.BACKLOG)),
                new NetConfig.Connections(
                        (Long) values.get(BrokerConfigDef.MAX_IDLE),
                        (Integer) values.get(BrokerConfigDef.MAX_CONNECTIONS),
                        (Integer) values.get(BrokerConfigDef.MAX_PER_IP),
                        new ListenerLimits(settings).of(BrokerConfigDef.MAX_CONNECTIONS, bound)),
                new NetConfig.Requests(
                        (Integer) values.get(BrokerConfigDef.MAX_REQUEST),
                        (Long) values.get(BrokerConfigDef.MAX_QUEUED),
                        NetConfig.Requests.DEFAULT.maxQueuedPerConnection(),
                        NetConfig.Requests.DEFAULT.maxQueuedBytesPerConnection(),
                        (Integer) values.get(BrokerConfigDef.IO_THREADS),
                        (Integer) values.get(BrokerConfigDef.MAX_CONTROL_REQUEST)));
    }

    private static QuotaWindow window(Map<String, Object> values, String samples, String seconds) {
        return new QuotaWindow((Integer) values.get(samples), (Integer) values.get(seconds));
    }

    private static StorageConfig storage(PropertySources settings, Map<String, Object> values, Path home) {
        String key = settings.get(BrokerConfigDef.LOG_DIRS) == null && settings.get(BrokerConfigDef.LOG_DIR) != null
                ? BrokerConfigDef.LOG_DIR
                : BrokerConfigDef.LOG_DIRS;
        String text = key.equals(BrokerConfigDef.LOG_DIR) ? settings.get(key) : (String) values.get(key);
        List<Path> directories = new ArrayList<>();
        for (String item : BrokerConfigDef.listItems(text)) {
            try {
                directories.add(home.resolve(item).toAbsolutePath().normalize());
            } catch (InvalidPathException e) {
                throw settings.wrong(key, "a list of directories");
            }
        }
        if (directories.isEmpty()) {
            throw settings.wrong(key, "a list of directories");
        }
        CombinedSettings.requireApart(settings, key, directories);
        return new StorageConfig((String) values.get(BrokerConfigDef.BACKEND), directories, settings.all());
    }

    private static EngineConfig engine(PropertySources settings, Map<String, Object> values) {
        String durability = (String) values.get(BrokerConfigDef.DURABILITY);
        return new EngineConfig(
                Durability.valueOf(durability.toUpperCase(Locale.ROOT)),
                (Long) values.get(BrokerConfigDef.FLUSH_MS),
                (Long) values.get(BrokerConfigDef.FLUSH_MESSAGES),
                (Integer) values.get(BrokerConfigDef.PRODUCER_EXPIRATION),
                new RetentionConfig(
                        (Long) values.get(BrokerConfigDef.RETENTION_CHECK_MS),
                        values.get(BrokerConfigDef.FUTURE_TIMESTAMPS).equals(BrokerConfigDef.KAFKAS_RULE)
                                ? FutureTimestamps.KAFKA
                                : FutureTimestamps.APPEND_TIME),
                compaction(settings, values));
    }

    private static CompactionConfig compaction(PropertySources settings, Map<String, Object> values) {
        int threads = (Integer) values.get(BrokerConfigDef.CLEANER_THREADS);
        long buffer = (Long) values.get(BrokerConfigDef.CLEANER_DEDUPE_BUFFER);
        if (buffer / threads < MIN_DEDUPE_BUFFER_BYTES) {
            throw settings.wrong(
                    settings.get(BrokerConfigDef.CLEANER_DEDUPE_BUFFER) == null
                            ? BrokerConfigDef.CLEANER_THREADS
                            : BrokerConfigDef.CLEANER_DEDUPE_BUFFER,
                    "such that each of " + threads + " cleaner threads has " + MIN_DEDUPE_BUFFER_BYTES + " bytes of "
                            + BrokerConfigDef.CLEANER_DEDUPE_BUFFER);
        }
        return new CompactionConfig(
                (Boolean) values.get(BrokerConfigDef.CLEANER_ENABLE),
                threads,
                buffer,
                (Double) values.get(BrokerConfigDef.CLEANER_LOAD_FACTOR),
                (Integer) values.get(BrokerConfigDef.CLEANER_IO_BUFFER),
                (Double) values.get(BrokerConfigDef.CLEANER_IO_MAX),
                (Long) values.get(BrokerConfigDef.CLEANER_BACKOFF));
    }

    private static MetadataConfig metadata(PropertySources settings, Map<String, Object> values) {
        int nodeId = (Integer) values.get(BrokerConfigDef.NODE_ID);
        if (settings.get(BrokerConfigDef.NODE_ID) == null && settings.get(BrokerConfigDef.BROKER_ID) != null) {
            nodeId = brokerId(settings, nodeId);
        }
        int node = nodeId;
        return DelegatedSettings.checked(
                settings,
                () -> new MetadataConfig(
                        node,
                        (String) values.get(BrokerConfigDef.RACK),
                        topics(values),
                        inForce(settings, node),
                        AcceptedLosses.parse((String) values.get(BrokerConfigDef.ACCEPTED_LOSSES)),
                        CompleteConfigDef.all((String) values.get(BrokerConfigDef.BACKEND)),
                        new BatchRules(
                                BrokerConfigDef.FULL.equals(values.get(BrokerConfigDef.RECORD_VALIDATION)),
                                (Integer) values.get(BrokerConfigDef.MAX_RECORD),
                                null)));
    }

    private static TopicsConfig topics(Map<String, Object> values) {
        return new TopicsConfig(
                (Integer) values.get(BrokerConfigDef.PARTITIONS),
                ONE_BROKER,
                (Boolean) values.get(BrokerConfigDef.AUTO_CREATE),
                (Boolean) values.get(BrokerConfigDef.DELETE_TOPICS),
                StorageBackends.tiers((String) values.get(BrokerConfigDef.BACKEND)),
                new TopicLimits(
                        (Integer) values.get(BrokerConfigDef.MAX_PARTITIONS),
                        (Integer) values.get(BrokerConfigDef.AUTO_CREATE_MAX),
                        (Integer) values.get(BrokerConfigDef.AUTO_CREATE_AT_ONCE),
                        (Integer) values.get(BrokerConfigDef.DESCRIBED_AT_ONCE)));
    }

    /** @return the settings in force; two keys of one setting have the same value */
    private static Map<String, String> inForce(PropertySources settings, int nodeId) {
        Map<String, String> inForce = new HashMap<>(settings.all());
        inForce.values().removeIf(String::isEmpty);
        if (settings.get(BrokerConfigDef.NODE_ID) != null || settings.get(BrokerConfigDef.BROKER_ID) != null) {
            inForce.put(BrokerConfigDef.NODE_ID, Integer.toString(nodeId));
            inForce.put(BrokerConfigDef.BROKER_ID, Integer.toString(nodeId));
        }
        if (settings.get(BrokerConfigDef.LOG_DIRS) == null && settings.get(BrokerConfigDef.LOG_DIR) != null) {
            inForce.put(BrokerConfigDef.LOG_DIRS, settings.get(BrokerConfigDef.LOG_DIR));
        }
        inForce.remove(BrokerConfigDef.REPLICATION);
        return inForce;
    }

    /** Parses {@code broker.id}. Before KRaft, -1 meant that Kafka generates the id. */
    private static int brokerId(PropertySources settings, int whenGenerated) {
        return settings.get(BrokerConfigDef.BROKER_ID).equals(GENERATED)
                ? whenGenerated
                : settings.wholeNumber(BrokerConfigDef.BROKER_ID, 0);
    }

    private static List<String> warnings(
            PropertySources settings,
            Map<String, Object> values,
            Map<String, ListenerSecurity> listeners,
            List<SaslConfig> sasl,
            List<String> doubts) {
        String backend = (String) values.get(BrokerConfigDef.BACKEND);
        Set<String> understood = new HashSet<>(BrokerConfigDef.names());
        understood.add(BrokerConfigDef.LOG_DIR);
        understood.addAll(StorageBackends.settings(backend).keySet());
        understood.addAll(GroupsConfig.keys());
        understood.addAll(TransactionsConfig.keys());
        understood.addAll(ShareStateConfig.keys());
        understood.addAll(SaslConfig.definitions().keySet());
        sasl.forEach(listener -> understood.addAll(listener.keys()));
        understood.addAll(TopicConfigs.brokerNames());
        understood.addAll(ListenerSecurities.keys(listeners.values()));
        understood.addAll(ListenerLimits.keys(listeners.keySet()));
        List<String> warnings = new ArrayList<>(doubts);
        for (String key : settings.all().keySet()) {
            String where = settings.source(key) + ": " + key;
            if (key.equals(BrokerConfigDef.BROKER_ID)) {
                warnings.add(where
                        + (settings.get(BrokerConfigDef.NODE_ID) == null
                                ? " is obsolete: taken as node.id"
                                : " is obsolete and ignored: node.id is given"));
            } else if (key.equals(BrokerConfigDef.REPLICATION) && !"1".equals(settings.get(key))) {
                warnings.add(where + IGNORED + IgnoredKeys.ONE_BROKER);
            } else if (!understood.contains(key)
                    && !key.startsWith(backend + ".")
                    && !key.startsWith(BrokerConfigDef.CONFIG_PROVIDERS + ".")) {
                warnings.add(where + IGNORED + IgnoredKeys.reason(key, understood, listeners.keySet()));
            }
        }
        return List.copyOf(warnings);
    }
}
