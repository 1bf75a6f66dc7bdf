// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendException;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.TransactionMarker;
import io.varve.server.coordinator.SerialExecutor;
import io.varve.server.metadata.topic.Topic;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one transaction's markers, and retries each partition that does not take its marker, until all
 * markers are durable. Attempts run on the {@link MarkerQueue}'s thread, and report their outcomes on any
 * thread.
 */
final class MarkerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(MarkerWriter.class);
    private static final String OFFSETS = org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME;
    private static final long FIRST_BACKOFF_MS = 10;

    private final Transaction transaction;
    private final TransactionMarker marker;
    private final TransactionContext context;
    private final SerialExecutor tasks;
    private final Consumer<Transaction> done;
    private final AtomicInteger missing;

    MarkerWriter(
            Transaction transaction,
            TransactionMarker marker,
            TransactionContext context,
            SerialExecutor tasks,
            Consumer<Transaction> done) {
        this.transaction = transaction;
        this.marker = marker;
        this.context = context;
        this.tasks = tasks;
        this.done = done;
        missing = new AtomicInteger(transaction.partitions().size());
    }

    Transaction transaction() {
        return transaction;
    }

    void begin() {
        context.failPoints().hit(TransactionFailPoints.BEFORE_MARKERS);
        if (transaction.partitions().isEmpty()) {
            finish();
        }
        transaction.partitions().forEach(partition -> write(partition, FIRST_BACKOFF_MS));
    }

    private void write(TopicPartition partition, long backoffMs) {
        if (partition.topic().equals(OFFSETS)) {
            context.offsets()
                    .end(partition.partition(), marker)
                    .whenComplete((written, failure) -> handleOutcome(partition, failure, backoffMs));
            return;
        }
        Topic topic = context.topics().byName(partition.topic());
        PartitionLog log = Topic.log(topic, partition.partition());
        if (log == null && Topic.exists(topic, partition.partition())) {
            handleOutcome(partition, new NotLeaderOrFollowerException(partition + " is not open yet"), backoffMs);
            return;
        }
        if (log == null) {
            // The topic was deleted with its records: nothing is left to commit or abort.
            countWritten();
            return;
        }
        try {
            long markerEnd = log.appender().endTransaction(marker).nextOffset();
            log.awaitHighWatermark(markerEnd, failure -> handleOutcome(partition, failure, backoffMs));
        } catch (AppendException superseded) {
            // A client can cause this as often as it likes, and the server is not at fault.
            LOG.debug("{} has moved on, so it needs no marker of {}: {}", partition, name(), superseded.getMessage());
            countWritten();
        } catch (StorageException refused) {
            handleOutcome(partition, refused, backoffMs);
        }
    }

    private void handleOutcome(TopicPartition partition, Throwable failure, long backoffMs) {
        if (failure == null) {
            countWritten();
        } else if (!tasks.isStopped()) {
            LOG.debug("{} takes no marker of {} now, trying again in {} ms", partition, name(), backoffMs, failure);
            long next = Math.min(2 * backoffMs, MarkerQueue.MAX_BACKOFF_MS);
            context.scheduler().schedule(backoffMs, () -> tasks.add(() -> write(partition, next)));
        }
    }

    private void countWritten() {
        context.failPoints().hit(TransactionFailPoints.MARKER_WRITTEN);
        if (missing.decrementAndGet() == 0) {
            finish();
        }
    }

    private void finish() {
        context.failPoints().hit(TransactionFailPoints.MARKERS_WRITTEN);
        done.accept(transaction);
    }

    /**
     * Names the transaction without its transactional id, which a client chose and which stays out of the
     * log.
     */
    private String name() {
        return "producer " + marker.producerId() + " in epoch " + marker.producerEpoch();
    }
}
