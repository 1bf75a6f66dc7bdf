// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COMPACTED;
import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.DirectoryTree;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.upload.BucketSweep;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Ends a server at each place that the tier names, once, in the middle of everything it does: what the next
 * start finds is the old state or the new, and a sweep leaves no object that nothing names.
 */
class TierCrashTest extends TierTest {
    private static final PartitionId LOG = new PartitionId("log", new UUID(1, 1), 0);
    private static final PartitionId TABLE = new PartitionId("table", new UUID(1, 2), 0);
    private static final PartitionId GONE = new PartitionId("gone", new UUID(1, 3), 0);
    private static final PartitionId AWAY = new PartitionId("away", new UUID(1, 4), 0);
    private static final PartitionId COPIED = new PartitionId("copied", new UUID(1, 5), 0);

    /** Ends the work of a thread as the end of its process would. */
    private static final class Halt extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** What must be there: between what was acknowledged and what was begun. */
    private static final class Expected {
        long minStart;
        long maxStart;
        long minEnd;
        long maxEnd;
        boolean goneMayBe = true;
        boolean goneMustBe;
        boolean awayMayBe = true;
        boolean awayMustBe;
        boolean tableMustBe;
    }

    /** One run of a server, which may end at a place. */
    private final class Run {
        final FailPoints failPoints = new FailPoints();
        final AtomicBoolean halted = new AtomicBoolean();
        final Path directory;
        final Path left;
        final Expected expected = new Expected();
        volatile S3Faults.Rule dead;
        private String armed;
        private volatile Storage open;
        private volatile Throwable ended;

        Run(String name) {
            directory = root.resolve(name);
            left = root.resolve(name + "-left");
        }

        void haltAt(String place) {
            armed = place;
            failPoints.arm(place, () -> {
                if (halted.compareAndSet(false, true)) {
                    dead = tier.s3.faults().add(FaultRule.of(S3Fault.DENIED));
                    try {
                        DirectoryTree.copy(directory, left);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                throw new Halt();
            });
        }

        void await(BooleanSupplier condition) {
            TierFixture.await(() -> halted.get() || condition.getAsBoolean());
            if (halted.get()) {
                throw new Halt();
            }
        }

        /** Works on a thread of its own: threads that it waits for may be dead. */
        void untilItEnds() {
            Thread worker = new Thread(() -> {
                try {
                    work();
                } catch (Halt | StorageException e) {
                    ended = e;
                }
            });
            worker.setUncaughtExceptionHandler((thread, failure) -> ended = failure);
            worker.start();
            try {
                TierFixture.await(() -> !worker.isAlive() || halted.get());
            } catch (AssertionError e) {
                throw new AssertionError(directory + " is in " + places(worker), e);
            }
            if (halted.get()) {
                failPoints.disarm(armed);
                if (open != null) {
                    open.close();
                }
            }
            TierFixture.await(() -> !worker.isAlive());
            assertThat(ended == null || halted.get()).as("ended by " + ended).isTrue();
        }

        private static String places(Thread worker) {
            return Arrays.stream(worker.getStackTrace())
                    .map(StackTraceElement::toString)
                    .filter(frame -> frame.contains("io.varve"))
                    .collect(Collectors.joining(", "));
        }

        private void work() {
            Storage storage = tier.open(directory, failPoints);
            open = storage;
            try {
                PartitionStore log = fill(storage);
                removePartitions(storage);
                compact(storage);
                truncate(storage, log);
                copy(storage);
            } finally {
                storage.close();
            }
        }

        private PartitionStore fill(Storage storage) {
            PartitionStore log = storage.open(LOG, 1, COPY);
            expected.maxEnd = 230;
            appendTens(log, 23);
            sync(storage, log);
            expected.minEnd = 230;
            awaitUploads(log);
            log.dropLocal(150);
            expected.maxStart = 63;
            log.trimTo(63);
            sync(storage, log);
            expected.minStart = 63;
            return log;
        }

        private void removePartitions(Storage storage) {
            for (PartitionId id : List.of(GONE, AWAY)) {
                PartitionStore store = storage.open(id, 1, COPY);
                appendTens(store, 12);
                sync(storage, store);
                awaitUploads(store);
            }
            expected.goneMustBe = false;
            storage.delete(GONE);
            expected.goneMayBe = false;
            storage.setAside(AWAY);
            expected.awayMayBe = false;
        }

        private void compact(Storage storage) {
            PartitionStore table = storage.open(TABLE, 1, COMPACTED);
            appendTens(table, 12);
            table.seal();
            sync(storage, table);
            expected.tableMustBe = true;
            awaitUploads(table);
            Iterator<BatchRun> kept = List.of(Batches.run(TierFixture.ten(70))).iterator();
            table.replace(List.copyOf(table.segments().subList(0, 2)), () -> kept.hasNext() ? kept.next() : null);
            sync(storage, table);
            awaitUploads(table);
        }

        private void truncate(Storage storage, PartitionStore log) {
            expected.minEnd = 110;
            log.truncateTo(115);
            expected.maxEnd = 240;
            appendTens(log, 13);
            sync(storage, log);
            expected.minEnd = 240;
            awaitUploads(log);
        }

        private void copy(Storage storage) {
            PartitionSettings settings = COPY.beginningWith(new RemoteCopy(LOG, 145, Long.MAX_VALUE));
            PartitionStore copied = storage.open(COPIED, 1, settings);
            assertThat(readAll(copied, 63)).isEqualTo(tens(60, 140));
        }

        private void sync(Storage storage, PartitionStore store) {
            assertThat(storage.sync(List.of(store)).byPartition()).isEmpty();
        }

        private void awaitUploads(PartitionStore store) {
            await(() -> store.segments().stream().allMatch(segment -> !segment.sealed() || segment.isRemote()));
        }
    }

    @Test
    void leavesTheOldStateOrTheNewWhereverItEnds() throws IOException {
        Set<String> places = dryRun();
        assertThat(places)
                .contains(
                        S3FailPoints.SYNC_BEFORE_JOURNAL,
                        S3FailPoints.TRUNCATE_AFTER_JOURNAL,
                        S3FailPoints.TRUNCATE_AFTER_COMMIT,
                        S3FailPoints.DELETE_AFTER_JOURNAL,
                        S3FailPoints.DELETE_BEFORE_COMMIT,
                        S3FailPoints.DROP_BEFORE_TRIM,
                        S3FailPoints.COPY_AFTER_COMMIT,
                        S3FailPoints.RESTORE_AFTER_CREATE,
                        S3FailPoints.RESTORE_BEFORE_SYNC);
        int number = 0;
        for (String place : places) {
            number++;
            tier.properties.put("s3.storage.id", "crash-" + number);
            endsAt(place, new Run("crash-" + number + "-" + place));
        }
    }

    private Set<String> dryRun() {
        Set<String> places = new TreeSet<>();
        Run dry = new Run("dry");
        dry.failPoints.watch(place -> {
            synchronized (places) {
                if (place.startsWith("s3.")) {
                    places.add(place);
                }
            }
        });
        tier.properties.put("s3.storage.id", "dry");
        dry.untilItEnds();
        return places;
    }

    private void endsAt(String place, Run run) throws IOException {
        run.haltAt(place);
        try {
            run.untilItEnds();
        } finally {
            if (run.dead != null) {
                run.dead.close();
            }
        }
        if (run.halted.get()) {
            try (Storage storage = tier.open(run.left, new FailPoints())) {
                assertHolds(place, run.expected, storage);
                assertNamesEveryObject(place, (S3Storage) storage);
            }
        }
    }

    private static void assertHolds(String place, Expected expected, Storage storage) {
        Set<PartitionId> present = storage.partitions();
        if (!expected.goneMayBe) {
            assertThat(present).as(place).doesNotContain(GONE);
        }
        if (!expected.awayMayBe) {
            assertThat(present).as(place).doesNotContain(AWAY);
        }
        for (PartitionId id : List.of(GONE, AWAY)) {
            if (present.contains(id)) {
                PartitionStore store = storage.open(id, 1, COPY);
                long end = store.extent().readableEnd();
                assertThat(readAll(store, store.extent().start())).as(place).isEqualTo(tens(0, end));
            }
        }
        if (expected.minEnd > 0) {
            PartitionStore log = storage.open(LOG, 1, COPY);
            long start = log.extent().start();
            long end = log.extent().readableEnd();
            assertThat(start).as(place).isBetween(expected.minStart, expected.maxStart);
            assertThat(end).as(place).isBetween(expected.minEnd, expected.maxEnd);
            assertThat(readAll(log, start)).as(place).isEqualTo(tens(start - start % 10, end));
            appendTens(log, 7);
            assertThat(readAll(log, start)).as(place).isEqualTo(tens(start - start % 10, end + 70));
        }
        if (expected.tableMustBe) {
            PartitionStore table = storage.open(TABLE, 1, COMPACTED);
            assertThat(table.extent().readableEnd()).as(place).isEqualTo(120);
            assertThat(table.segments()).as(place).allMatch(Segment::isLocal);
            assertThat(readAll(table, 0)).as(place).contains(70L, 100L, 110L);
        }
    }

    private void assertNamesEveryObject(String place, S3Storage storage) {
        TierFixture.await(() -> storage.catalog().opened().stream()
                .allMatch(partition -> storage.services()
                                .uploader()
                                .backlog(partition.uploads())
                                .segments()
                        == 0));
        BucketSweep sweep = new BucketSweep(
                storage.parts().bucket(), storage.parts().manifest()::names, 0, Ids.random(), new FailPoints());
        String folder = "test/" + tier.properties.get("s3.storage.id") + "/";
        TierFixture.await(() -> {
            sweep.delete(sweep.find());
            return named(storage)
                    .containsAll(tier.s3.keys(folder + "data/").stream()
                            .map(key -> key.substring(folder.length()))
                            .toList());
        });
        assertThat(tier.s3.keys(folder + "data/").stream().map(key -> key.substring(folder.length())))
                .as(place)
                .containsExactlyInAnyOrderElementsOf(named(storage));
    }

    private static Set<String> named(S3Storage storage) {
        return storage.parts().manifest().partitions().stream()
                .flatMap(partition -> partition.segments().stream())
                .map(RemoteSegment::key)
                .collect(Collectors.toSet());
    }
}
