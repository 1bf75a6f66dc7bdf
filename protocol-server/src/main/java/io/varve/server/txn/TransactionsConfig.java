// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.transaction.AddPartitionsToTxnConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;

/**
 * The broker's transaction settings: {@code transaction.*}, {@code transactional.id.expiration.ms} and
 * {@code add.partitions.to.txn.*}. Names, units and defaults are Kafka's but for
 * {@code transaction.state.log.segment.bytes}: its default is 4 MiB, because a start reads the active
 * segments, which are not compacted. {@code max.transactional.ids} is Varve's own.
 * {@code transaction.state.log.replication.factor} and {@code .min.isr} are accepted and have no effect.
 */
public final class TransactionsConfig {
    /** Max number of transactional ids that are remembered. */
    private static final String MAX_IDS = "max.transactional.ids";

    private static final int DEFAULT_MAX_IDS = 100_000;

    private static final ConfigDef OWN = new ConfigDef()
            .define(
                    MAX_IDS,
                    ConfigDef.Type.INT,
                    DEFAULT_MAX_IDS,
                    ConfigDef.Range.atLeast(1),
                    ConfigDef.Importance.MEDIUM,
                    "Max number of remembered transactional ids, of all partitions of the state topic together.");

    private static final List<ConfigDef> PARTS = List.of(
            OWN,
            TransactionLogConfig.CONFIG_DEF,
            TransactionStateManagerConfig.CONFIG_DEF,
            AddPartitionsToTxnConfig.CONFIG_DEF);
    /**
     * The prefix of settings that Kafka defines here and the engine reads: how long partitions remember
     * producers.
     */
    private static final String OF_THE_ENGINE = "producer.id.";

    private static final String SEGMENT_BYTES = Integer.toString(4 << 20);

    private final int maxIds;
    private final TransactionLogConfig log;
    private final TransactionStateManagerConfig state;
    private final AddPartitionsToTxnConfig retry;

    private TransactionsConfig(AbstractConfig parsed) {
        maxIds = parsed.getInt(MAX_IDS);
        log = new TransactionLogConfig(parsed);
        state = new TransactionStateManagerConfig(parsed);
        retry = new AddPartitionsToTxnConfig(parsed);
        if (state.transaction2PCEnabled()) {
            throw new ConfigException(
                    TransactionStateManagerConfig.TRANSACTIONS_2PC_ENABLED_CONFIG,
                    true,
                    "must be false: transactions prepared for others to decide (KIP-939) are not served");
        }
    }

    /**
     * Reads the settings and checks them.
     *
     * @param properties the broker's properties; other keys are ignored
     * @return the settings
     * @throws ConfigException naming key, value and what is allowed, in one line
     */
    public static TransactionsConfig parse(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.putIfAbsent(TransactionLogConfig.TRANSACTIONS_TOPIC_SEGMENT_BYTES_CONFIG, SEGMENT_BYTES);
        return new TransactionsConfig(new AbstractConfig(definition(), all, false));
    }

    /** @return every key that this class reads or accepts */
    public static Set<String> keys() {
        Set<String> keys = new TreeSet<>(definition().names());
        keys.removeIf(key -> key.startsWith(OF_THE_ENGINE));
        return keys;
    }

    /** @return the definition of each of {@link #keys}, with this server's defaults */
    public static Map<String, ConfigKey> definitions() {
        Map<String, ConfigKey> all = new HashMap<>(definition().configKeys());
        all.keySet().retainAll(keys());
        ConfigKey segment = all.get(TransactionLogConfig.TRANSACTIONS_TOPIC_SEGMENT_BYTES_CONFIG);
        ConfigDef own = new ConfigDef()
                .define(
                        segment.name,
                        segment.type,
                        Integer.valueOf(SEGMENT_BYTES),
                        segment.validator,
                        segment.importance,
                        segment.documentation);
        all.putAll(own.configKeys());
        return all;
    }

    private static ConfigDef definition() {
        ConfigDef all = new ConfigDef();
        PARTS.forEach(part -> part.configKeys().values().forEach(all::define));
        return all;
    }

    /** Number of partitions of {@code __transaction_state} when it is created. */
    int partitions() {
        return log.transactionTopicPartitions();
    }

    /**
     * Max number of transactional ids that each partition of {@code __transaction_state} remembers: its
     * share, rounded up.
     */
    int maxIdsPerPartition(int partitions) {
        return (maxIds + partitions - 1) / partitions;
    }

    /** Settings of {@code __transaction_state} when it is created. */
    Map<String, String> topicConfigs() {
        return Map.of(
                "cleanup.policy", "compact",
                "compression.type", "uncompressed",
                "segment.bytes", Integer.toString(log.transactionTopicSegmentBytes()));
    }

    /** Bytes read at a time when transactions are loaded. */
    int loadBufferBytes() {
        return log.transactionLoadBufferSize();
    }

    /**
     * Whether the coordinator verifies a partition before a client's first batch of a transaction is
     * appended.
     */
    boolean verifiesPartitions() {
        return log.transactionPartitionVerificationEnable();
    }

    /** Max ms a transaction may be open. */
    int maxTimeoutMs() {
        return state.transactionMaxTimeoutMs();
    }

    /** Ms between two scans for transactions that are open too long. */
    int abortIntervalMs() {
        return state.transactionAbortTimedOutTransactionCleanupIntervalMs();
    }

    /** Ms an unused transactional id is remembered. */
    int expirationMs() {
        return state.transactionalIdExpirationMs();
    }

    /** Ms between two scans for transactional ids to forget. */
    int expireIntervalMs() {
        return state.transactionRemoveExpiredTransactionalIdCleanupIntervalMs();
    }

    /** Ms between two attempts to add a partition while the transaction before is being completed. */
    int retryMs() {
        return retry.addPartitionsToTxnRetryBackoffMs();
    }

    /** Max ms for which such attempts go on. */
    int retryMaxMs() {
        return retry.addPartitionsToTxnRetryBackoffMaxMs();
    }
}
