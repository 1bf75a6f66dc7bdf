// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Opens one partition on an LMDB storage in a directory of its own. */
abstract class LmdbTestBase {
    static final PartitionId ID = new PartitionId("orders", new UUID(7, 11), 3);
    static final long EPOCH = 1_700_000_000_000L;
    static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    final Map<String, String> properties = new HashMap<>();
    final FailPoints failPoints = new FailPoints();
    PartitionSettings limits = PartitionSettings.of(new SegmentLimits(MIB / 4, Long.MAX_VALUE, 0, 1 << 20));
    LmdbStorage storage;
    PartitionStore store;
    private final SystemScheduler scheduler = new SystemScheduler(2);

    @BeforeEach
    void start() {
        storage = LmdbStorage.open(context());
        store = storage.open(ID, 1, limits);
    }

    @AfterEach
    void stop() {
        storage.abandon();
        scheduler.close();
    }

    StorageContext context() {
        return new StorageContext(List.of(directory), properties, Clock.system(), scheduler, Ids.random(), failPoints);
    }

    void restart() {
        storage.close();
        start();
    }

    /** Ends the process, as kill -9 does. */
    void die() {
        storage.abandon();
        start();
    }

    void append(int bytes) {
        append(store, bytes);
    }

    static void append(PartitionStore store, int bytes) {
        long base = ((LmdbStore) store).partition.end();
        store.append(Batches.run(base, 1, bytes, EPOCH + base));
    }

    void sync() {
        assertThat(storage.sync(List.of(store)).byPartition()).isEmpty();
    }

    LmdbEnvironment environment() {
        return storage.directories().get(0).environment();
    }

    long fileBytes() {
        try {
            return Files.size(directory.resolve(OpenedEnvironment.DATA));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return base offsets of every batch that can be read */
    static List<Long> readAll(PartitionStore store) {
        List<Long> bases = new ArrayList<>();
        long offset = store.extent().start();
        while (true) {
            try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, MIB)) {
                ByteBuffer bytes = slice.buffer();
                if (!bytes.hasRemaining()) {
                    return bases;
                }
                for (int at = 0; at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
                    bases.add(BatchHeader.baseOffset(bytes, at));
                    offset = BatchHeader.nextOffset(bytes, at);
                }
            }
        }
    }
}
