// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fills the staging memory: a failed commit frees it, and an append that waits for it gets it or fails. */
class StagingMemoryTest extends LmdbTestBase {
    private static final int BATCH = 100_000;

    private PartitionStore other;

    @BeforeEach
    void stageLittle() {
        properties.put(LmdbConfig.STAGING, Long.toString(MIB));
        restart();
        other = storage.open(new PartitionId("other", new UUID(1, 2), 0), 1, limits);
    }

    private void failCommits() {
        failPoints.arm(LmdbFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("input/output error"));
        });
    }

    @Test
    void batchesOfAFailedCommitPreventNoOtherAppends() {
        for (int i = 0; i < 9; i++) {
            append(BATCH);
        }
        store.snapshots().write("state", 0, ByteBuffer.allocate(BATCH));
        failCommits();
        assertThat(storage.sync(List.of(store)).byPartition()).containsOnlyKeys(ID);
        failPoints.disarm(LmdbFailPoints.SYNC_BEFORE_FORCE);
        assertThat(environment().staging.reserved()).isZero();
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 30; i++) {
                append(other, BATCH);
            }
        });
        assertThat(storage.sync(List.of(other)).byPartition()).isEmpty();
        assertThat(readAll(other)).hasSize(30);
        assertThat(storage.sync(List.of(store)).byPartition())
                .as("a broken partition stays so")
                .containsOnlyKeys(ID);
    }

    @Test
    void aCommitThatFailsWhileAnAppendMakesSpaceFailsOnlyItsOwnPartitions() {
        for (int i = 0; i < 10; i++) {
            append(BATCH);
        }
        failCommits();
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> append(other, BATCH));
        failPoints.disarm(LmdbFailPoints.SYNC_BEFORE_FORCE);
        assertThat(storage.sync(List.of(other)).byPartition()).isEmpty();
        assertThat(readAll(other)).hasSize(1);
        StorageException failure = catchThrowableOfType(StorageException.class, () -> append(BATCH));
        assertThat(failure.kind()).isEqualTo(StorageException.Kind.FULL);
    }

    @Test
    void tellsWhenAnAppendWouldWaitAndMakesSpaceForItBeforehand() {
        assertThat(other.appendWaits(BATCH)).isFalse();
        for (int i = 0; i < 10; i++) {
            append(BATCH);
        }
        assertThat(other.appendWaits(BATCH)).isTrue();
        assertThat(other.appendWaits(100)).isFalse();
        other.awaitSpace(BATCH);
        assertThat(other.appendWaits(BATCH)).isFalse();
        assertThat(readAll(store)).as("what waited for its commit").hasSize(10);
        failCommits();
        for (int i = 0; i < 10; i++) {
            append(BATCH);
        }
        other.awaitSpace(BATCH); // does not throw, though the commit fails
        assertThat(other.appendWaits(BATCH)).isFalse();
    }

    @Test
    void anAppendFailsWithRetryWhenNoCommitMakesSpace() {
        assertThat(environment().staging.reserve(MIB)).isTrue(); // reserved by another append, which is slow to stage
        StorageException failure = assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> catchThrowableOfType(StorageException.class, () -> append(BATCH)));
        assertThat(failure.kind()).isEqualTo(StorageException.Kind.RETRY);
        environment().staging.release(MIB);
        append(BATCH);
        sync();
        assertThat(readAll(store)).hasSize(1);
    }
}
