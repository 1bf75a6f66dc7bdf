// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.spi.StorageException;
import io.varve.server.coordinator.TransactionVerifier.Admission;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.start.KnownStart;
import io.varve.server.metadata.topic.Topic;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * Appends a coordinator's events to the partitions of its topic. An append returns once offsets are assigned;
 * the high watermark shows when it is durable.
 */
public final class CoordinatorLogWriter implements PartitionWriter {
    /** Versions of TxnOffsetCommit. */
    private static final int FIRST_WITH_ABORTABLE = 4;

    private static final int FIRST_THAT_ADDS = 5;

    private final Topic topic;
    private final LoadProgress loading;
    private final TransactionVerifier transactions;
    /** The engine's guard for each of Kafka's guards, for as long as the coordinator references Kafka's. */
    private final Map<VerificationGuard, io.varve.core.transaction.VerificationGuard> guards =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<Integer, LogConfig> configs = new ConcurrentHashMap<>();
    private final Map<Listener, PartitionLog.Subscription> subscriptions = new ConcurrentHashMap<>();

    /**
     * @param topic the coordinator's topic
     * @param loading notified of a partition when the coordinator has loaded it and begins to serve it
     * @param transactions called before the first event of a transaction is appended to a partition
     */
    public CoordinatorLogWriter(Topic topic, LoadProgress loading, TransactionVerifier transactions) {
        this.topic = topic;
        this.loading = loading;
        this.transactions = transactions;
    }

    /**
     * Registers a listener after a load has ended. The log notifies a new listener of the current high
     * watermark. Otherwise a move of the high watermark since the last read of the load would be missed, and
     * the events it made durable would stay unreadable until the next write.
     */
    @Override
    public void registerListener(TopicPartition partition, Listener listener) {
        PartitionLog.Subscription old = subscriptions.put(
                listener, log(partition).onHighWatermark(offset -> listener.onHighWatermarkUpdated(partition, offset)));
        if (old != null) {
            old.close();
        }
        loading.loaded(partition.partition());
    }

    @Override
    public void deregisterListener(TopicPartition partition, Listener listener) {
        PartitionLog.Subscription subscription = subscriptions.remove(listener);
        if (subscription != null) {
            subscription.close();
        }
    }

    /** Returns the max size of a batch alone, which is all the coordinator reads, to size its buffer. */
    @Override
    public LogConfig config(TopicPartition partition) {
        return configs.computeIfAbsent(
                log(partition).config().maxMessageBytes(),
                bytes -> new LogConfig(Map.of("max.message.bytes", Integer.toString(bytes))));
    }

    @Override
    public long append(
            TopicPartition partition, VerificationGuard guard, MemoryRecords records, short transactionVersion) {
        try {
            // The log writes offsets into this buffer and does not use it after the return, when the
            // coordinator reuses it.
            return log(partition)
                    .appender()
                    .append(records.buffer(), AppendOrigin.BROKER, engineGuard(guard))
                    .nextOffset();
        } catch (StorageException | AppendException e) {
            throw KafkaErrors.ofCoordinatorAppend(e);
        }
    }

    private io.varve.core.transaction.VerificationGuard engineGuard(VerificationGuard kafkas) {
        io.varve.core.transaction.VerificationGuard engines = guards.remove(kafkas);
        return engines == null ? io.varve.core.transaction.VerificationGuard.NONE : engines;
    }

    /**
     * Begins a verification. From version 5 of TxnOffsetCommit on, the partition is added, not only verified
     * (KIP-890).
     */
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transactionalId, long producerId, short epoch, int apiVersion) {
        io.varve.core.transaction.VerificationGuard guard;
        try {
            guard = log(partition).producers().startVerification(producerId, epoch, apiVersion >= FIRST_THAT_ADDS);
        } catch (AppendException e) {
            return CompletableFuture.failedFuture(KafkaErrors.ofCoordinatorAppend(e));
        }
        if (guard == io.varve.core.transaction.VerificationGuard.NONE) {
            return CompletableFuture.completedFuture(VerificationGuard.SENTINEL);
        }
        return transactions
                .admit(transactionalId, producerId, epoch, List.of(partition), admission(apiVersion))
                .thenApply(errors -> {
                    Errors error = errors.get(partition);
                    if (error != Errors.NONE) {
                        throw error.exception();
                    }
                    VerificationGuard kafkas = new VerificationGuard();
                    guards.put(kafkas, guard);
                    return kafkas;
                });
    }

    private static Admission admission(int apiVersion) {
        if (apiVersion >= FIRST_THAT_ADDS) {
            return Admission.ADD;
        }
        return apiVersion >= FIRST_WITH_ABORTABLE ? Admission.VERIFY : Admission.VERIFY_FOR_OLD_CLIENT;
    }

    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long before) {
        PartitionLog log = log(partition);
        KnownStart.write(log, before);
        log.maintenance().trimTo(before);
        return CompletableFuture.completedFuture(null);
    }

    private PartitionLog log(TopicPartition partition) {
        PartitionLog log = topic.partition(partition.partition());
        if (log == null) {
            throw new NotLeaderOrFollowerException(partition + " does not exist");
        }
        return log;
    }
}
