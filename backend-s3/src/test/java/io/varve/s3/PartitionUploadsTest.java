// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Offers segments for upload beside what makes an offer come to nothing. */
class PartitionUploadsTest extends TierTest {
    private Runnable atExtent = () -> {};

    /** Gives what was offered too early: while the truncation lasted, no upload could begin. */
    @Test
    void offersAgainAfterATruncationThatFailed() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 12);
            syncHot(storage, store);
            S3Partition partition = ((S3Store) store).partition;
            partition.uploads().hasNew();
            assertThatThrownBy(() -> partition.uploads().truncating(() -> {
                        throw new StorageException(StorageException.Kind.RETRY, "the bucket is away");
                    }))
                    .hasMessageContaining("the bucket is away");
            awaitUploads(store);
        }
    }

    @Test
    void offersAgainAfterADeletionThatFailed() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 12);
            syncHot(storage, store);
            S3Partition partition = ((S3Store) store).partition;
            partition.uploads().hasNew();
            partition.remove("on trial");
            partition.resume();
            awaitUploads(store);
        }
    }

    /** A look at the partition may have begun before a truncation, and end after it. */
    @Test
    void offersWhatIsSealedAtTheSameOffsetAfterATruncation() {
        try (MemoryStorage memory = new MemoryStorage();
                Storage tiered = tier.open(root)) {
            PartitionStore real = memory.open(ID, 1, COPY);
            PartitionStore hot = watched(real);
            S3Partition partition = new S3Partition(
                    new PartitionId("other", ID.topicId(), 0), ((S3Storage) tiered).parts.manifest(), new FailPoints());
            partition.opened(hot, COPY, 0);
            appendTens(real, 5);
            real.seal();
            memory.sync(List.of(real));
            atExtent = () -> {
                atExtent = () -> {};
                partition.uploads().truncating(() -> real.truncateTo(0));
                appendTens(real, 5);
                real.seal();
                memory.sync(List.of(real));
            };
            assertThat(partition.uploads().hasNew()).isTrue();
            assertThat(partition.uploads().hasNew())
                    .as("what was sealed after the truncation is new")
                    .isTrue();
            assertThat(partition.uploads().hasNew()).isFalse();
        }
    }

    private PartitionStore watched(PartitionStore real) {
        return (PartitionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PartitionStore.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(real, arguments);
                        if (result instanceof Extent) {
                            atExtent.run();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Syncs below the tier, which does not learn of it. */
    private static void syncHot(Storage storage, PartitionStore store) {
        Storage hot = ((S3Storage) storage).parts.hot();
        assertThat(hot.sync(List.of(((S3Store) store).hot)).byPartition()).isEmpty();
    }
}
