// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Claims storages as several servers do, and ends what it began. */
final class ManifestOwners implements AutoCloseable {
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final List<ManifestLog> logs = new ArrayList<>();
    final FailPoints failPoints = new FailPoints();

    StorageContext context() {
        return new StorageContext(
                List.of(Path.of("unused")), Map.of(), Clock.system(), scheduler, Ids.random(), failPoints);
    }

    ManifestLog claim(ObjectStore store) {
        return claim(store, found -> {});
    }

    ManifestLog claim(ObjectStore store, ClaimCheck check) {
        ManifestLog log = ManifestLog.claim(store, context(), new Claimant(UUID.randomUUID(), "host-ü", check));
        synchronized (logs) {
            logs.add(log);
        }
        return log;
    }

    ManifestView read(ObjectStore store) {
        return ManifestReader.read(store, scheduler);
    }

    /** The next segment of a partition, of one offset. */
    static List<ManifestEdit> next(PartitionId id, long base) {
        RemoteSegment segment = RandomEdits.segment(id, UUID.randomUUID(), base, base + 1);
        return List.of(new ManifestEdit.AddSegments(id, List.of(segment)));
    }

    /** Commits so many segments of one offset to a partition, one entry each. */
    static void commit(ManifestLog log, PartitionId id, int segments) {
        long end = log.partition(id).map(RemotePartition::end).orElse(0L);
        for (int i = 0; i < segments; i++) {
            await(log.commit(next(id, end + i)));
        }
    }

    static void await(CompletableFuture<Void> commit) {
        try {
            commit.orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StorageException cause) {
                throw cause;
            }
            throw e;
        }
    }

    static void assertFails(StorageException.Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class,
                        e -> org.assertj.core.api.Assertions.assertThat(e.kind())
                                .isEqualTo(kind));
    }

    @Override
    public void close() {
        logs.forEach(ManifestLog::close);
        scheduler.close();
    }
}
