// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static io.varve.s3.manifest.ManifestOwners.assertFails;
import static io.varve.s3.manifest.ManifestOwners.await;
import static io.varve.s3.manifest.ManifestOwners.commit;
import static io.varve.s3.manifest.ManifestOwners.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.s3.client.Buckets;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.S3ObjectStore;
import io.varve.s3server.EmbeddedS3;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import io.varve.s3server.S3RequestKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that one history comes out, whoever writes it, and however the bucket behaves. */
class ManifestLogTest {
    private static final PartitionId ID = RandomEdits.partition(0);
    private static final PartitionId OTHER = RandomEdits.partition(1);
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private static EmbeddedS3 server;

    private final ManifestOwners owners = new ManifestOwners();
    private String prefix;
    private ObjectStore store;

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedS3.inMemory();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @BeforeEach
    void connect() {
        prefix = "m" + PREFIXES.incrementAndGet();
        store = S3ObjectStore.open(
                Buckets.settings(
                        server.endpoint(),
                        server.bucket(),
                        server.accessKey(),
                        server.secretKey(),
                        "s3.prefix",
                        prefix),
                Clock.system(),
                owners.context().scheduler(),
                Ids.random());
    }

    @AfterEach
    void close() {
        server.faults().clear();
        owners.close();
        store.close();
    }

    @Test
    void aSuccessorFindsWhatWasCommitted() {
        ManifestLog log = owners.claim(store);
        commit(log, ID, 3);
        await(log.commit(List.of(new ManifestEdit.MoveStart(ID, 1), new ManifestEdit.MoveStart(OTHER, 7))));
        Set<String> unnamed = log.takeUnnamed();
        assertThat(unnamed).hasSize(1).allMatch(key -> key.contains("/0-"));
        assertThat(log.takeUnnamed()).isEmpty();
        log.close();

        List<ManifestView> found = new ArrayList<>();
        ManifestLog successor = owners.claim(store, found::add);

        assertThat(found).singleElement().isNotNull();
        assertThat(new HashSet<>(successor.partitions())).isEqualTo(new HashSet<>(log.partitions()));
        assertThat(successor.partition(OTHER).orElseThrow().start()).isEqualTo(7);
        assertThat(successor.takeUnnamed())
                .as("the former owner may not have deleted it")
                .isEqualTo(unnamed);
        assertThat(successor.owner().orElseThrow().number()).isEqualTo(6);
        assertThat(successor.owner().orElseThrow().host()).isEqualTo("host-?");
    }

    @Test
    void bytesThatAreDamagedOnTheirWayAreReadAgain() {
        ManifestLog log = owners.claim(store);
        commit(log, ID, ManifestSnapshots.MAX_ENTRIES + 3);
        log.close();
        try (S3Faults.Rule wrong =
                server.faults().add(FaultRule.of(S3Fault.WRONG_BYTES).times(4))) {
            ManifestLog successor = owners.claim(store);

            assertThat(successor.partition(ID).orElseThrow().end()).isEqualTo(ManifestSnapshots.MAX_ENTRIES + 3);
            assertThat(wrong.hits()).isEqualTo(4);
        }
    }

    @Test
    void aCheckThatRefusesLeavesTheOwner() {
        ManifestLog owner = owners.claim(store);
        commit(owner, ID, 1);

        assertThatThrownBy(() -> owners.claim(store, found -> {
                    assertThat(found.owner()).isEqualTo(owner.owner());
                    throw new StorageException(Kind.MISUSE, "of another server");
                }))
                .hasMessageContaining("of another server");

        commit(owner, ID, 1);
        assertThat(owners.read(store).owner()).isEqualTo(owner.owner());
    }

    @Test
    void gathersEditsWhileAnEntryIsOnItsWay() {
        ManifestLog log = owners.claim(store);
        try (S3Faults.Rule slow = server.faults().add(FaultRule.slow(200).on(S3RequestKind.PUT))) {
            List<CompletableFuture<Void>> commits = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                commits.add(log.commit(next(ID, i)));
            }
            commits.forEach(ManifestOwners::await);
            assertThat(slow.hits()).isBetween(1L, 5L);
        }
        assertThat(owners.read(store).partition(ID).orElseThrow().end()).isEqualTo(100);
    }

    @Test
    void anEditThatDoesNotFitFailsItsOwnCallAlone() {
        ManifestLog log = owners.claim(store);
        CompletableFuture<Void> first = log.commit(next(ID, 0));
        CompletableFuture<Void> unfit = log.commit(List.of(new ManifestEdit.AddSegments(ID, List.of())));
        CompletableFuture<Void> second = log.commit(next(ID, 1));

        await(first);
        await(second);
        assertFails(Kind.MISUSE, () -> await(unfit));
        assertFails(Kind.MISUSE, () -> await(log.commit(List.of())));
        assertThat(log.partition(ID).orElseThrow().end()).isEqualTo(2);
    }

    @Test
    void aFormerOwnerIsFencedForGood() {
        ManifestLog former = owners.claim(store);
        commit(former, ID, 1);
        ManifestLog successor = owners.claim(store);

        List<CompletableFuture<Void>> late = new ArrayList<>();
        for (int i = 1; i < 5; i++) {
            late.add(former.commit(next(ID, i)));
        }

        late.forEach(commit -> assertFails(Kind.FENCED, () -> await(commit)));
        assertThat(former.isFenced()).isTrue();
        assertFails(Kind.FENCED, () -> await(former.commit(next(ID, 1))));
        assertThatThrownBy(() -> await(former.commit(next(ID, 1))))
                .hasMessageContaining(
                        successor.owner().orElseThrow().incarnation().toString());
        commit(successor, ID, 1);
        assertThat(owners.read(store).partition(ID).orElseThrow().end()).isEqualTo(2);
    }

    @Test
    void aFormerOwnerThatSleepsAcrossSnapshotsAndDeletionsIsFenced() {
        ManifestLog former = owners.claim(store);
        commit(former, ID, 3);
        ManifestLog successor = owners.claim(store);
        commit(successor, ID, 2 * ManifestSnapshots.MAX_ENTRIES + 50);

        List<String> entries = server.keys(prefix + "/manifest/");
        assertThat(entries).hasSizeLessThan(ManifestSnapshots.MAX_ENTRIES + 60);
        assertThat(entries.get(0)).endsWith("manifest/00000000000000000001");
        assertThat(entries.get(1)).endsWith("manifest/00000000000000000005");
        assertThat(server.keys(prefix + "/snapshot/")).hasSize(2);
        assertFails(Kind.FENCED, () -> await(former.commit(next(ID, 3))));
        assertThat(new HashSet<>(owners.claim(store).partitions())).isEqualTo(new HashSet<>(successor.partitions()));
    }

    @Test
    void anOutageDelaysCommitsAndKeepsTheirOrder() {
        ManifestLog log = owners.claim(store);
        List<CompletableFuture<Void>> commits = new ArrayList<>();
        try (S3Faults.Rule outage =
                server.faults().add(FaultRule.of(S3Fault.DENIED).on(S3RequestKind.PUT))) {
            for (int i = 0; i < 20; i++) {
                commits.add(log.commit(next(ID, i)));
            }
            while (outage.hits() < 4) {
                Thread.onSpinWait();
            }
            assertThat(commits).noneMatch(CompletableFuture::isDone);
            assertThat(log.partition(ID)).isEmpty();
        }
        commits.forEach(ManifestOwners::await);
        assertThat(owners.read(store).partition(ID).orElseThrow().end()).isEqualTo(20);
    }

    @Test
    void closesInAnOutage() {
        ManifestLog log = owners.claim(store);
        server.faults().add(FaultRule.of(S3Fault.DENIED).on(S3RequestKind.PUT));
        CompletableFuture<Void> first = log.commit(next(ID, 0));
        CompletableFuture<Void> second = log.commit(next(ID, 1));

        log.close();

        assertFails(Kind.CLOSED, () -> await(first));
        assertFails(Kind.CLOSED, () -> await(second));
        assertFails(Kind.CLOSED, () -> await(log.commit(next(ID, 0))));
        assertThat(log.isFenced()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void oneHistoryComesOutWhenOwnersRaceOverABadBucket(long seed) throws InterruptedException {
        for (S3Fault fault : List.of(S3Fault.REPLY_LOST, S3Fault.CONFLICT, S3Fault.ERROR_AFTER, S3Fault.SLOW_DOWN)) {
            server.faults().add(FaultRule.of(fault).on(S3RequestKind.PUT).chance(0.1));
        }
        server.faults().add(FaultRule.of(S3Fault.UNREACHABLE).chance(0.02));
        List<RacingOwner> racers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RacingOwner racer = new RacingOwner(owners, store, i, 40 + 30 * i);
            racers.add(racer);
            Thread thread = new Thread(racer::run, "racer-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        server.faults().clear();

        ManifestView found = owners.read(store);
        int fenced = 0;
        for (RacingOwner racer : racers) {
            assertThat(racer.failure()).as("seed %d", seed).isNull();
            long end = found.partition(racer.id()).map(RemotePartition::end).orElse(0L);
            assertThat(end).as("seed %d: %s", seed, racer).isEqualTo(racer.committed());
            fenced += racer.fenced() ? 1 : 0;
        }
        assertThat(fenced).as("seed %d: all but the last owner, at most", seed).isBetween(0, 2);
    }

    @Test
    void aDamagedSnapshotGivesWayToTheOneBefore() {
        ManifestLog log = owners.claim(store);
        commit(log, ID, 2 * ManifestSnapshots.MAX_ENTRIES + 10);
        log.close();
        List<String> snapshots = server.keys(prefix + "/snapshot/");
        assertThat(snapshots).hasSize(2);
        byte[] damaged = server.read(snapshots.get(1));
        damaged[damaged.length / 2] ^= 1;
        server.write(snapshots.get(1), damaged);

        assertThat(owners.read(store).partitions()).isEqualTo(log.partitions());
        ManifestLog next = owners.claim(store);
        commit(next, ID, ManifestSnapshots.MAX_ENTRIES);
        assertThat(owners.read(store).partitions()).isEqualTo(next.partitions());
    }

    @Test
    void namesAnEntryThatIsMissingOrDamaged() {
        ManifestLog log = owners.claim(store);
        commit(log, ID, 5);
        log.close();
        String key = prefix + "/manifest/00000000000000000003";
        byte[] sound = server.read(key);
        byte[] damaged = sound.clone();
        damaged[70] ^= 1;
        server.write(key, damaged);
        assertFails(Kind.CORRUPT, () -> owners.claim(store));
        assertThatThrownBy(() -> owners.read(store)).hasMessageContaining("manifest/00000000000000000003");

        server.remove(key);
        assertFails(Kind.CORRUPT, () -> owners.claim(store));
        assertThatThrownBy(() -> owners.read(store)).hasMessageContaining("manifest/00000000000000000003 is missing");

        server.write(key, sound);
        assertThat(owners.read(store).partitions()).isEqualTo(log.partitions());
    }

    @Test
    void startsByABoundedNumberOfRequestsWithTenThousandSegments() {
        ManifestLog log = owners.claim(store);
        for (int partition = 0; partition < 100; partition++) {
            PartitionId id = new PartitionId("many", new UUID(5, 5), partition);
            List<RemoteSegment> segments = new ArrayList<>();
            for (long base = 0; base < 100 * 600; base += 600) {
                segments.add(RandomEdits.segment(id, UUID.randomUUID(), base, base + 600));
            }
            await(log.commit(List.of(new ManifestEdit.AddSegments(id, segments))));
        }
        commit(log, ID, 3 * ManifestSnapshots.MAX_ENTRIES);
        log.close();
        server.requests().reset();
        long began = System.nanoTime();

        ManifestView found = owners.read(store);

        long ms = (System.nanoTime() - began) / 1_000_000;
        long bytes = server.requests().count(S3RequestKind.GET).bytesOut();
        System.out.println("10,000 segments of 60 chunks: " + ms + " ms, " + bytes + " bytes read");
        assertThat(found.partitions()).hasSize(101);
        assertThat(server.requests().count(S3RequestKind.LIST).requests()).isEqualTo(2);
        assertThat(server.requests().count(S3RequestKind.GET).requests()).isLessThan(ManifestSnapshots.MAX_ENTRIES + 2);
        assertThat(ms).isLessThan(60_000);
    }
}
