// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the same old records by many consumers, each as fast as it can, from places apart, over and over. */
final class ColdReaders implements AutoCloseable {
    private final AtomicLong read = new AtomicLong();
    private final AtomicReference<Throwable> trouble = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /** @param end the offsets below it are read */
    ColdReaders(Broker server, TopicPartition place, long end, int readers) {
        for (int reader = 0; reader < readers; reader++) {
            long first = reader * end / readers;
            Thread thread = new Thread(() -> run(server, place, first, end), "cold-reader-" + reader);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** @return how many records they have read */
    long read() {
        return read.get();
    }

    private void run(Broker server, TopicPartition place, long first, long end) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(
                server, Map.of("auto.offset.reset", "none", "max.partition.fetch.bytes", 262_144))) {
            consumer.assign(List.of(place));
            consumer.seek(place, first);
            while (!ended) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    if (!record.key().equals(Long.toString(record.offset()))) {
                        throw new AssertionError("key " + record.key() + " at offset " + record.offset());
                    }
                    read.incrementAndGet();
                }
                if (consumer.position(place) >= end) {
                    consumer.seek(place, 0);
                }
            }
        } catch (RuntimeException | AssertionError e) {
            trouble.compareAndSet(null, e);
        }
    }

    /** Ends them, and throws what went wrong, if something did. */
    @Override
    public void close() {
        ended = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (trouble.get() != null) {
            throw new AssertionError("a cold reader failed", trouble.get());
        }
    }
}
