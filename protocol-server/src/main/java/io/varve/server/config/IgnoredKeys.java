// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.security.ListenerSecurity;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Gives the reason why a key has no effect. All keys of Kafka, past and present, are accepted, so that the
 * server starts with Kafka's files unedited.
 */
final class IgnoredKeys {
    private static final String NO_ZOOKEEPER = "no ZooKeeper is needed";
    private static final String NO_QUORUM = "there is no controller quorum to take part in";
    static final String ONE_BROKER = "there is one broker, nothing is replicated";
    private static final String NO_SECURITY = "it sets nothing of security here";
    private static final String NO_TIER = "a tier is set up by storage.backend=s3 and its settings";
    private static final String NO_METRICS = "metrics are at /metrics of http.listeners, and reporters are not loaded";
    private static final String NO_PLUGINS = "no classes of others are loaded";
    private static final String OWN_FORMAT = "records are always kept in the newest format";
    private static final String USE_LISTENERS = "use listeners and advertised.listeners";

    /** Reasons by exact key, or by prefix where the key ends in a dot; the first match counts. */
    private static final Map<String, String> REASONS = new LinkedHashMap<>();

    static {
        because("none of the listeners speaks TLS: listener.security.protocol.map gives none of them SSL", "ssl.");
        because(
                NO_ZOOKEEPER,
                "zookeeper.",
                "zookeeper.connect",
                "broker.id.generation.enable",
                "reserved.broker.max.id");
        because(NO_QUORUM, "process.roles", "controller.quorum.", "controller.listener.names", "controller.socket.");
        because(
                NO_QUORUM,
                "controller.performance.",
                "metadata.log.",
                "metadata.max.",
                "initial.broker.",
                "early.start.");
        because(NO_QUORUM, "broker.heartbeat.", "broker.session.", "server.max.startup.", "sasl.mechanism.controller.");
        because(ONE_BROKER, "replica.", "num.replica.", "inter.broker.listener.", "security.inter.broker.", "leader.");
        because(
                ONE_BROKER,
                "auto.leader.",
                "controlled.shutdown.",
                "replication.quota.",
                "alter.log.dirs.",
                "follower.");
        because(ONE_BROKER, "num.replica.alter.", "sasl.mechanism.inter.broker.");
        because(OWN_FORMAT, "inter.broker.protocol.", "log.message.format.", "log.message.downconversion.");
        because(NO_SECURITY, "security.", "principal.");
        because("GSSAPI (Kerberos) is not served", "sasl.kerberos.");
        because("there are no other brokers to log in to", "sasl.login.", "sasl.client.", "sasl.oauthbearer.");
        because("it sets nothing of SASL here", "sasl.");
        because("delegation tokens are not served", "delegation.token.");
        because("share groups have other parts here", "share.", "group.share.");
        because(NO_TIER, "remote.");
        because(NO_METRICS, "metric.", "metrics.", "kafka.metrics.", "auto.include.jmx.", "telemetry.", "confluent.");
        because("the number of background threads is fixed", "background.threads");
        because("use queued.max.request.bytes", "queued.max.requests");
        because("the number of threads that open partitions is fixed", "num.recovery.threads.");
        because(NO_PLUGINS, "client.quota.", "create.topic.policy.", "alter.config.policy.");
        because(USE_LISTENERS, "host.name", "port", "advertised.host.name", "advertised.port");
        because("use log.message.timestamp.before.max.ms and .after.max.ms", "log.message.timestamp.difference.");
    }

    private IgnoredKeys() {}

    private static void because(String reason, String... keys) {
        for (String key : keys) {
            REASONS.put(key, reason);
        }
    }

    /**
     * @param key a key without effect
     * @param understood the keys that have one
     * @param listeners names of the listeners, in upper case
     * @return why, never null
     */
    static String reason(String key, Set<String> understood, Set<String> listeners) {
        String lowerCase = key.toLowerCase(Locale.ROOT);
        if (understood.contains(lowerCase)) {
            return "keys are in lower case: " + lowerCase;
        }
        return key.startsWith(ListenerSecurity.PREFIX)
                ? ofListener(key.substring(ListenerSecurity.PREFIX.length()), listeners)
                : reason(key);
    }

    private static String ofListener(String key, Set<String> listeners) {
        return listeners.stream()
                .filter(listener -> key.startsWith(listener.toLowerCase(Locale.ROOT) + "."))
                .findFirst()
                .map(listener -> "it sets nothing of the listener " + listener + " as it is set up")
                .orElse("there is no listener of that name, but " + new TreeSet<>(listeners));
    }

    private static String reason(String key) {
        for (Map.Entry<String, String> entry : REASONS.entrySet()) {
            String known = entry.getKey();
            if (known.endsWith(".") ? key.startsWith(known) : key.equals(known)) {
                return entry.getValue();
            }
        }
        return StorageBackends.names().stream()
                .filter(name -> key.startsWith(name + "."))
                .findFirst()
                .map(name -> "it is for storage.backend=" + name)
                .orElse("not a setting this server knows");
    }
}
