// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COMPACTED;
import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.EPOCH;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.SIZE;
import static io.varve.s3.TierFixture.await;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.ten;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageProvider;
import io.varve.file.FileStorageProvider;
import io.varve.lmdb.LmdbStorageProvider;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Meets a local partition with other records than the bucket has, of the same offsets and bytes, as after
 * work on the data directories without the tier.
 */
class DivergedCopyTest extends TierTest {
    private static final long OTHER_SALT = 77;

    /** Writes the second of two segments anew, behind the tier's back. */
    private void diverge(long timestamp, String hotBackend) {
        try (Storage hot = hot(hotBackend).open(tier.context(root))) {
            PartitionStore store = hot.open(ID, 1, COPY);
            store.truncateTo(50);
            for (long base = 50; base < 100; base += 10) {
                store.append(Batches.run(other(base, timestamp)));
            }
            sync(hot, store);
            store.seal();
            sync(hot, store);
        }
    }

    private static StorageProvider hot(String name) {
        return name.equals("file") ? new FileStorageProvider() : new LmdbStorageProvider();
    }

    private static ByteBuffer other(long base, long timestamp) {
        return Batches.batch(base, 10, SIZE, timestamp + base + 9, OTHER_SALT);
    }

    private void upload(PartitionSettings settings) {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, settings);
            for (long base = 0; base < 100; base += 10) {
                store.append(Batches.run(ten(base)));
            }
            sync(storage, store);
            store.seal();
            sync(storage, store);
            awaitUploads(store);
        }
    }

    private static void assertHasOther(PartitionStore store, long timestamp) {
        for (long base = 50; base < 100; base += 10) {
            try (BatchSlice slice = store.read(base, Long.MAX_VALUE, 0)) {
                assertThat(slice.buffer()).as("the batch at %d", base).isEqualTo(other(base, timestamp));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"file, 0", "lmdb, 0", "file, 1000000", "lmdb, 1000000"})
    void whatReadersHaveSeenHereIsNotReplacedByOtherRecordsOfTheBucket(String hotBackend, long later) {
        tier.properties.put("s3.hot.backend", hotBackend);
        upload(COPY);
        diverge(EPOCH + later, hotBackend);
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            assertHasOther(store, EPOCH + later);
            store.dropLocal(Long.MAX_VALUE);
            assertHasOther(store, EPOCH + later);
            awaitUploads(store);
            store.dropLocal(Long.MAX_VALUE);
            assertThat(store.segments())
                    .filteredOn(Segment::sealed)
                    .extracting(Segment::tier)
                    .containsOnly(Segment.Tier.REMOTE);
            assertHasOther(store, EPOCH + later);
        }
    }

    /** Removing records need not change the size of a compressed batch. */
    @Test
    void aReplacementWithoutAChangeInSizeGetsToTheBucket() {
        upload(COMPACTED);
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            Iterator<BatchRun> cleaned = LongStream.of(0, 10, 20, 30, 40)
                    .mapToObj(base -> Batches.run(other(base, EPOCH)))
                    .iterator();
            store.replace(store.segments().subList(0, 1), () -> cleaned.hasNext() ? cleaned.next() : null);
            sync(storage, store);
            awaitUploads(store);
            await(() -> firstOfTheBucket().equals(other(0, EPOCH)));
        }
    }

    /** Returns the first batch that a server with an empty disk has. */
    private ByteBuffer firstOfTheBucket() {
        TierAccess access = TierAccess.open(tier.properties, Clock.system(), tier.scheduler, Ids.random());
        try (access) {
            RemoteSegment first =
                    access.manifest().partition(ID).orElseThrow().segments().get(0);
            Chunk chunk = first.index().chunks().get(0);
            ByteBuffer batches = access.reader().chunk(first.key(), first.object(), first.index(), chunk);
            ByteBuffer batch = ByteBuffer.allocate(SIZE);
            return batch.put(batches.slice(batches.position(), SIZE)).flip();
        }
    }
}
