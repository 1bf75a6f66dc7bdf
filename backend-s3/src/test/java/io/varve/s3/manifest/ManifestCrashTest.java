// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.MemoryBucket;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that an owner which ends anywhere leaves what it committed, and that stale lists hide nothing. */
class ManifestCrashTest {
    private static final PartitionId ID = RandomEdits.partition(0);
    private static final int ENOUGH_FOR_DELETIONS = 2 * ManifestSnapshots.MAX_ENTRIES + 20;

    private final ManifestOwners owners = new ManifestOwners();
    private final MemoryBucket bucket = new MemoryBucket(Clock.system());

    @AfterEach
    void close() {
        owners.close();
    }

    @Test
    void hasAFailpointAtEachBoundary() {
        Set<String> hit = new ConcurrentSkipListSet<>();
        owners.failPoints.watch(hit::add);
        ManifestOwners.commit(owners.claim(bucket), ID, ENOUGH_FOR_DELETIONS);

        assertThat(hit)
                .containsExactlyElementsOf(new TreeSet<>(List.of(
                        "s3.manifest.before-claim",
                        "s3.manifest.after-claim",
                        "s3.manifest.before-entry",
                        "s3.manifest.after-entry",
                        "s3.manifest.before-snapshot",
                        "s3.manifest.after-snapshot",
                        "s3.manifest.before-delete")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"before-entry", "after-entry", "before-snapshot", "after-snapshot", "before-delete"})
    void aSuccessorFindsWhatAnOwnerCommittedBeforeItEnded(String place) {
        ManifestLog owner = owners.claim(bucket);
        ManifestOwners.commit(owner, ID, ManifestSnapshots.MAX_ENTRIES - 10);
        owners.failPoints.arm("s3.manifest." + place, () -> {
            throw new IllegalStateException("the process ended");
        });
        int committed = ManifestSnapshots.MAX_ENTRIES - 10;
        try {
            for (; committed < ENOUGH_FOR_DELETIONS; committed++) {
                ManifestOwners.await(owner.commit(ManifestOwners.next(ID, committed)));
            }
            throw new AssertionError("the failpoint was not reached");
        } catch (StorageException e) {
            assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED);
            assertThat(e).hasMessageContaining("the process ended");
        }
        ManifestOwners.assertFails(
                StorageException.Kind.CLOSED, () -> ManifestOwners.await(owner.commit(ManifestOwners.next(ID, 0))));
        owners.failPoints.disarm("s3.manifest." + place);

        ManifestLog successor = owners.claim(bucket);

        // An entry may be in the bucket though its owner did not live to say so.
        long end = successor.partition(ID).orElseThrow().end();
        assertThat(end).isBetween((long) committed, committed + 1L);
        ManifestOwners.commit(successor, ID, ENOUGH_FOR_DELETIONS);
        assertThat(owners.read(bucket).partition(ID).orElseThrow().end()).isEqualTo(end + ENOUGH_FOR_DELETIONS);
        assertThat(bucket.keys()).hasSizeLessThan(2 * ManifestSnapshots.MAX_ENTRIES + 60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"before-claim", "after-claim"})
    void aClaimThatWasNotFinishedIsFollowedByTheNext(String place) {
        ManifestLog owner = owners.claim(bucket);
        ManifestOwners.commit(owner, ID, 5);
        owners.failPoints.arm("s3.manifest." + place, () -> {
            throw new IllegalStateException("the process ended");
        });
        assertThatThrownBy(() -> owners.claim(bucket)).hasMessageContaining("the process ended");
        owners.failPoints.disarm("s3.manifest." + place);

        assertThat(owners.claim(bucket).partitions()).isEqualTo(owner.partitions());
    }

    @Test
    void readsEntriesThatTheListLeavesOut() {
        ManifestLog owner = owners.claim(bucket);
        ManifestOwners.commit(owner, ID, 30);
        owner.close();
        ObjectStore stale =
                listing(key -> Long.parseLong(key.substring(key.length() - 2)) % 3 == 0 && !key.endsWith("31"));

        assertThat(owners.read(stale).partition(ID).orElseThrow().end()).isEqualTo(29);
        ManifestLog successor = owners.claim(stale);
        assertThat(successor.partitions())
                .as("with the one behind the last that is listed")
                .isEqualTo(owner.partitions());
    }

    @Test
    void loadsAgainWhenTheOwnerDeletesWhatAnOldSnapshotNeeds() {
        ManifestLog owner = owners.claim(bucket);
        ManifestOwners.commit(owner, ID, ManifestSnapshots.MAX_ENTRIES + 10);
        AtomicInteger lists = new AtomicInteger();
        bucket.before(request -> {
            // Between the reader's list of snapshots and its list of entries the owner goes far ahead.
            if (request.equals("list manifest/") && lists.getAndIncrement() == 0) {
                ManifestOwners.commit(owner, ID, 3 * ManifestSnapshots.MAX_ENTRIES);
            }
        });

        assertThat(owners.read(bucket).partition(ID).orElseThrow().end())
                .isEqualTo(4 * ManifestSnapshots.MAX_ENTRIES + 10);
        assertThat(lists.get()).isGreaterThan(1);
    }

    @Test
    void anOwnerThatLosesToAClaimReplaysItAndClaimsBehindIt() {
        ManifestLog first = owners.claim(bucket);
        ManifestOwners.commit(first, ID, 3);
        List<ManifestLog> between = new java.util.ArrayList<>();
        List<Long> checked = new java.util.ArrayList<>();
        ManifestLog last = owners.claim(bucket, found -> {
            checked.add(found.number());
            if (between.isEmpty()) {
                between.add(owners.claim(bucket));
                ManifestOwners.commit(between.get(0), ID, 2);
            }
        });

        assertThat(checked).containsExactly(4L, 7L);
        assertThat(last.owner().orElseThrow().number()).isEqualTo(8);
        assertThat(last.partition(ID).orElseThrow().end()).isEqualTo(5);
        ManifestOwners.assertFails(StorageException.Kind.FENCED, () -> ManifestOwners.commit(between.get(0), ID, 1));
        ManifestOwners.assertFails(StorageException.Kind.FENCED, () -> ManifestOwners.commit(first, ID, 1));
        assertThat(new HashSet<>(owners.read(bucket).partitions())).isEqualTo(new HashSet<>(last.partitions()));
    }

    /** The bucket, with a list that leaves keys out. */
    @SuppressWarnings("unchecked")
    private ObjectStore listing(Predicate<String> shown) {
        return (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    Object[] passed = arguments;
                    if (method.getName().equals("list")) {
                        Consumer<ObjectInfo> found = (Consumer<ObjectInfo>) arguments[2];
                        passed = new Object[] {
                            arguments[0],
                            arguments[1],
                            (Consumer<ObjectInfo>) object -> {
                                if (shown.test(object.key())) {
                                    found.accept(object);
                                }
                            }
                        };
                    }
                    try {
                        return method.invoke(bucket, passed);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
