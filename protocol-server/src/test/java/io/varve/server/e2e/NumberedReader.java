// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the partitions of numbered records from offset 0, again and again, beside their writer, and checks
 * each record: every one is there, with the bytes it was written with, in order. It survives the death of its
 * server.
 */
final class NumberedReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final NumberedRecords records;
    private final NumberedWriter writer;
    private final Broker server;
    private final AtomicLong passes = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private final AtomicReference<Throwable> trouble = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean ended;

    /** Begins to read. */
    NumberedReader(String name, NumberedRecords records, NumberedWriter writer, Broker server) {
        this.records = records;
        this.writer = writer;
        this.server = server;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads each partition from offset 0 to an end, which may rise meanwhile, and checks every record. */
    static long readAll(NumberedRecords records, Broker server, NumberedWriter writer) {
        long count = 0;
        try (Consumer<String, String> consumer = consumer(server)) {
            for (int partition = 0; partition < records.partitions(); partition++) {
                TopicPartition place = new TopicPartition(records.topic(), partition);
                long end = writer.acknowledged(partition);
                consumer.assign(List.of(place));
                consumer.seek(place, 0);
                long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
                for (long next = 0; next < end; ) {
                    if (System.nanoTime() > deadline) {
                        throw new AssertionError("no more than " + next + " of " + end + " records of " + place);
                    }
                    next = check(records, partition, next, consumer);
                }
                long stored = consumer.endOffsets(List.of(place)).get(place);
                if (stored != end) {
                    throw new AssertionError(place + " ends at " + stored + ", not at " + end);
                }
                count += end;
            }
        }
        return count;
    }

    /** @return how many times it has read a partition from its first record to what was acknowledged then */
    long passes() {
        return passes.get();
    }

    /** @return how many records it has read */
    long read() {
        return read.get();
    }

    /** Throws what went wrong, if something did. */
    void check() {
        if (trouble.get() != null) {
            throw new AssertionError(thread.getName() + " failed", trouble.get());
        }
    }

    /** Reads no more. */
    void finish() throws InterruptedException {
        ended = true;
        thread.join();
        check();
    }

    @Override
    public void close() {
        ended = true;
    }

    private void run() {
        try (Consumer<String, String> consumer = consumer(server)) {
            for (int turn = thread.getName().hashCode() & 1; !ended; turn++) {
                int partition = turn % records.partitions();
                TopicPartition place = new TopicPartition(records.topic(), partition);
                consumer.assign(List.of(place));
                consumer.seek(place, 0);
                long end = writer.acknowledged(partition);
                long next = 0;
                while (next < end && !ended) {
                    long after = check(records, partition, next, consumer);
                    read.addAndGet(after - next);
                    next = after;
                }
                if (end > 0 && next >= end) {
                    passes.incrementAndGet();
                }
            }
        } catch (RuntimeException | AssertionError e) {
            trouble.compareAndSet(null, e);
        }
    }

    private static long check(
            NumberedRecords records, int partition, long expected, Consumer<String, String> consumer) {
        long next = expected;
        for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
            if (record.offset() != next || !record.value().equals(records.value(partition, next))) {
                throw new AssertionError("at offset " + next + " of partition " + partition + " there is, with offset "
                        + record.offset() + ": " + record.value());
            }
            next++;
        }
        return next;
    }

    private static Consumer<String, String> consumer(Broker server) {
        return JavaClientsIT.consumer(
                server,
                Map.of(
                        "auto.offset.reset", "none",
                        "max.partition.fetch.bytes", 200_000,
                        "max.poll.records", 1_000,
                        "reconnect.backoff.max.ms", 200));
    }
}
