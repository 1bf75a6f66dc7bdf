// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.record.RecordIterator;
import io.varve.server.api.WireServer;
import io.varve.server.net.RawClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sends requests that decompress to more than an event loop's limit, over sockets. */
@Timeout(180)
class HeavyProduceTest {
    private static final int CONNECTIONS = 4;
    private static final int REQUESTS = 12;
    private static final int[] ACKS = {-1, 1, 0};

    private final WireServer server = new WireServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void keepTheOrderOfEachConnectionWhateverTheirAcks() throws Exception {
        PartitionLog log = server.create("t", Map.of());
        List<RawClient> clients = new ArrayList<>();
        for (int c = 0; c < CONNECTIONS; c++) {
            clients.add(server.connect());
        }
        for (int i = 0; i < REQUESTS; i++) {
            for (int c = 0; c < CONNECTIONS; c++) {
                ByteBuffer batch = i % 4 == 3 ? batch(c + "-" + i, 10) : batch(c + "-" + i, 2 << 20);
                clients.get(c).send(WireServer.produce(i, ACKS[i % ACKS.length], "t", batch));
            }
        }
        for (RawClient client : clients) {
            for (int i = 0; i < REQUESTS; i++) {
                if (ACKS[i % ACKS.length] != 0) {
                    assertThat(WireServer.answer(client).errorCode()).isZero();
                }
            }
        }
        Await.until("the commits", () -> log.highWatermark() == CONNECTIONS * REQUESTS); // the last one is not answered
        Map<String, Integer> last = new HashMap<>();
        for (String key : keys(log)) {
            String[] parts = key.split("-");
            assertThat(Integer.parseInt(parts[1])).isEqualTo(last.merge(parts[0], 1, Integer::sum) - 1);
        }
        assertThat(last.values()).hasSize(CONNECTIONS).allMatch(count -> count == REQUESTS);
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void ofProducersThatDoNotWaitAreStoredThoughTheyLeaveAtOnce() throws Exception {
        PartitionLog log = server.create("t", Map.of());
        for (int i = 0; i < 2 * REQUESTS; i++) {
            try (RawClient client = server.connect()) {
                client.send(WireServer.produce(1, 1, "t", batch("first", 10)));
                WireServer.answer(client);
                client.send(WireServer.produce(2, 0, "t", batch("last", 8 << 20)));
            }
        }
        assertThat(server.send("t", batch("other", 2 << 20)).errorCode()).isZero();
        Await.until("the commits", () -> log.highWatermark() == 4 * REQUESTS + 1);
    }

    @Test
    void leaveNoThreadBehindWhenTheServerStops() throws Exception {
        server.create("t", Map.of());
        List<RawClient> clients = new ArrayList<>();
        for (int c = 0; c < 2 * CONNECTIONS; c++) {
            RawClient client = server.connect();
            clients.add(client);
            for (int i = 0; i < 4; i++) {
                client.send(WireServer.produce(i, ACKS[i % ACKS.length], "t", batch("k", 16 << 20)));
            }
        }
        Await.until("a worker", () -> server.workers() > 0);
        server.server.stop(0);
        Await.until("no worker", () -> server.workers() == 0);
        for (RawClient client : clients) {
            client.close();
        }
    }

    private static List<String> keys(PartitionLog log) {
        List<String> keys = new ArrayList<>();
        try (var slice =
                log.reader().read(0, 1 << 24, Isolation.READ_UNCOMMITTED).slice()) {
            ByteBuffer bytes = slice.buffer();
            for (int at = bytes.position(); at < bytes.limit(); ) {
                try (RecordIterator records = RecordIterator.of(bytes, at, 1 << 24)) {
                    while (records.next()) {
                        keys.add(StandardCharsets.UTF_8.decode(records.key()).toString());
                    }
                }
                at += io.varve.core.record.BatchHeader.sizeInBytes(bytes, at);
            }
        }
        return keys;
    }

    private static ByteBuffer batch(String key, int size) {
        SimpleRecord record =
                new SimpleRecord(System.currentTimeMillis(), key.getBytes(StandardCharsets.UTF_8), new byte[size]);
        return MemoryRecords.withRecords(Compression.gzip().build(), record).buffer();
    }
}
