// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes numbered records to all partitions in turn, acks=all and idempotent, and remembers what was
 * acknowledged. It survives the death of its server: nothing of what it sends may fail, or be stored twice or
 * in another order.
 */
final class NumberedWriter implements AutoCloseable {
    private static final int IN_FLIGHT = 500;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(700);

    private final NumberedRecords records;
    private final Producer<String, String> producer;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
    private final AtomicLongArray acknowledged;
    private final AtomicReference<Throwable> trouble = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean ended;

    /** Begins to write. */
    NumberedWriter(NumberedRecords records, Broker server) {
        this.records = records;
        acknowledged = new AtomicLongArray(records.partitions());
        producer = JavaClientsIT.producer(
                server,
                Map.of(
                        "acks", "all",
                        "enable.idempotence", true,
                        "linger.ms", 2,
                        "delivery.timeout.ms", Integer.MAX_VALUE,
                        "request.timeout.ms", 10_000,
                        "reconnect.backoff.max.ms", 200,
                        "max.block.ms", 600_000));
        thread = new Thread(this::run, "writer of " + records.topic());
        thread.setDaemon(true);
        thread.start();
    }

    /** @return how many records of a partition are acknowledged: those before this offset */
    long acknowledged(int partition) {
        return acknowledged.get(partition);
    }

    /** @return how many records of all partitions are acknowledged */
    long acknowledged() {
        long sum = 0;
        for (int partition = 0; partition < records.partitions(); partition++) {
            sum += acknowledged.get(partition);
        }
        return sum;
    }

    /** Throws what went wrong, if something did. */
    void check() {
        if (trouble.get() != null) {
            throw new AssertionError("the writer failed", trouble.get());
        }
    }

    /** Sends no more, and ends when all that was sent is acknowledged. */
    void finish() throws InterruptedException {
        ended = true;
        thread.join();
        check();
    }

    /** Gives up what is not acknowledged yet. */
    @Override
    public void close() {
        ended = true;
        producer.close(Duration.ZERO);
    }

    private void run() {
        try (producer) {
            for (long number = 0; !ended; number++) {
                for (int partition = 0; partition < records.partitions(); partition++) {
                    send(partition, number);
                }
                LockSupport.parkNanos(PAUSE_NANOS * records.partitions());
            }
            producer.flush();
        } catch (RuntimeException | InterruptedException e) {
            trouble.compareAndSet(null, e);
        }
    }

    private void send(int partition, long number) throws InterruptedException {
        inFlight.acquire();
        producer.send(
                new ProducerRecord<>(records.topic(), partition, null, records.value(partition, number)),
                (stored, failure) -> answered(partition, number, stored, failure));
    }

    private void answered(int partition, long number, RecordMetadata stored, Exception failure) {
        inFlight.release();
        if (failure != null) {
            trouble.compareAndSet(null, failure);
        } else if (stored.offset() != number || !acknowledged.compareAndSet(partition, number, number + 1)) {
            trouble.compareAndSet(
                    null,
                    new AssertionError(
                            "record " + number + " of partition " + partition + " was acknowledged at offset "
                                    + stored.offset() + ", after " + acknowledged.get(partition) + " records"));
        }
    }
}
