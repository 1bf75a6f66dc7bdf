// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Offers segments for upload beside what makes an offer come to nothing. */
class PartitionUploadsTest extends TierTest {
    private Runnable atExtent = () -> {};

    private MemoryStorage memory;
    private PartitionStore real;
    private S3Partition partition;
    private Storage tiered;

    @BeforeEach
    void openPartition() {
        tiered = tier.open(root);
        memory = new MemoryStorage();
        real = memory.open(ID, 1, COPY);
        partition = new S3Partition(ID, ((S3Storage) tiered).parts.manifest(), new FailPoints());
        partition.opened(watched(real), COPY, 0);
    }

    @AfterEach
    void closeStorages() {
        memory.close();
        tiered.close();
    }

    private void sealFive() {
        appendTens(real, 5);
        real.seal();
        assertThat(memory.sync(List.of(real)).byPartition()).isEmpty();
    }

    /** While it lasted no upload could begin, so an offer before it may have come to nothing. */
    @Test
    void offersAgainAfterATruncationThatFailed() {
        sealFive();
        assertThat(partition.uploads().hasNew()).isTrue();
        partition.uploads().beginTruncation();
        assertThat(partition.uploads().hasNew()).isFalse();
        partition.uploads().endTruncation();
        assertThat(partition.uploads().hasNew()).isTrue();
        assertThat(partition.uploads().hasNew()).isFalse();
    }

    @Test
    void offersAgainAfterADeletionThatFailed() {
        sealFive();
        assertThat(partition.uploads().hasNew()).isTrue();
        partition.remove("on trial");
        assertThat(partition.uploads().hasNew()).isFalse();
        partition.resume();
        assertThat(partition.uploads().hasNew()).isTrue();
    }

    /** A look at the partition may have begun before a truncation, and end after it. */
    @Test
    void offersWhatIsSealedAtTheSameOffsetAfterATruncation() {
        sealFive();
        atExtent = () -> {
            atExtent = () -> {};
            partition.uploads().beginTruncation();
            real.truncateTo(0);
            partition.uploads().endTruncation();
            sealFive();
        };
        assertThat(partition.uploads().hasNew()).isTrue();
        assertThat(partition.uploads().hasNew())
                .as("what was sealed after the truncation is new")
                .isTrue();
        assertThat(partition.uploads().hasNew()).isFalse();
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
}
