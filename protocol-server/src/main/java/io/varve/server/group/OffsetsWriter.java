// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.log.AppendException;
import io.varve.core.log.Origin;
import io.varve.core.log.PartitionLog;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.Topic;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * Where the coordinator's events go: the partitions of {@code __consumer_offsets}. Appends assign offsets and return; that they
 * are durable is told by the high watermark.
 */
final class OffsetsWriter implements PartitionWriter {
    private final Topic topic;
    private final LoadProgress loading;
    private final Map<Integer, LogConfig> configs = new ConcurrentHashMap<>();
    private final Map<Listener, PartitionLog.Subscription> subscriptions = new ConcurrentHashMap<>();

    /**
     * @param topic {@code __consumer_offsets}
     * @param loading told of a partition when the coordinator has loaded it and begins to serve it
     */
    OffsetsWriter(Topic topic, LoadProgress loading) {
        this.topic = topic;
        this.loading = loading;
    }

    /**
     * The coordinator registers when a load has ended. The log tells a new listener the current high watermark: one that moved
     * between the load's last look and now would else be missed, and what it made durable stay unreadable until the next write.
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

    /** The coordinator asks only for the largest batch, to size its buffer. */
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
            // The log patches offsets into this buffer and is done with it on return; the coordinator then uses it
            // again.
            return log(partition).append(records.buffer(), Origin.BROKER).nextOffset();
        } catch (StorageException e) {
            throw switch (e.kind()) {
                case FENCED, CLOSED -> new NotLeaderOrFollowerException(e.getMessage(), e);
                // Without a cause: the coordinator logs it whole for every request that meets a full disk.
                case RETRY, FULL -> new KafkaStorageException(e.getMessage());
                case CORRUPT, MISUSE -> new KafkaStorageException(e.getMessage(), e);
            };
        } catch (AppendException e) {
            if (e.kind() == AppendException.Kind.MESSAGE_TOO_LARGE) {
                throw new RecordTooLargeException(e.getMessage(), e);
            }
            throw e;
        }
    }

    /** Offsets in transactions are refused before they get here, as long as no transactions are served. */
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transactionalId, long producerId, short epoch, int apiVersion) {
        return CompletableFuture.failedFuture(new UnsupportedVersionException(
                "transactions are not served, so " + transactionalId + " is not known"));
    }

    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long before) {
        log(partition).trimTo(before);
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
