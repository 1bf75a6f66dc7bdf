// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.ManifestEdit.AddSegments;
import io.varve.s3.manifest.ManifestEdit.CopySegments;
import io.varve.s3.manifest.ManifestEdit.DeletePartition;
import io.varve.s3.manifest.ManifestEdit.MoveStart;
import io.varve.s3.manifest.ManifestEdit.TruncateSegments;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks what edits do to the state, and that entries and snapshots bring it back. */
class ManifestFoldTest {
    private static final UUID SERVER = new UUID(1, 1);
    private static final UUID NONCE = new UUID(2, 2);
    private static final PartitionId ID = RandomEdits.partition(0);
    private static final PartitionId OTHER = RandomEdits.partition(1);

    private final ManifestState state = claimed();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void showsWhatTheModelShowsAndComesBackFromEntriesAndSnapshots(long seed) {
        Random random = new Random(seed);
        RandomEdits edits = new RandomEdits(random);
        ModelledManifest model = new ModelledManifest();
        ManifestState replayed = claimed();
        Set<String> unnamed = new HashSet<>();
        Set<UUID> ever = new HashSet<>();
        int accepted = 0;
        for (int step = 0; step < 600; step++) {
            String when = "seed " + seed + ", step " + step;
            List<ManifestEdit> call = edits.call(state);
            if (!tryApply(state, call)) {
                assertThat(ModelledManifest.shown(state)).as(when).isEqualTo(model.shown());
                continue;
            }
            accepted++;
            model.apply(call);
            assertThat(ModelledManifest.shown(state)).as(when).isEqualTo(model.shown());
            state.partitions()
                    .forEach(partition -> partition.segments().forEach(segment -> ever.add(segment.object())));
            Set<UUID> named = model.named();
            ever.forEach(object -> assertThat(state.names(object)).as(when).isEqualTo(named.contains(object)));
            unnamed.addAll(state.takeUnnamed());

            ManifestEntry entry = new ManifestEntry.Edited(state.number(), SERVER, call);
            replayed.replay(EntryFormat.decode(EntryFormat.encode(entry, NONCE, 5), state.number(), "entry"));
            if (random.nextInt(10) == 0) {
                ByteBuffer snapshot = SnapshotFormat.encode(replayed, SERVER, NONCE, 5);
                replayed = SnapshotFormat.decode(snapshot, state.number(), "snapshot");
            }
            assertThat(new HashSet<>(replayed.partitions())).as(when).isEqualTo(new HashSet<>(state.partitions()));
            assertThat(replayed.owner()).as(when).isEqualTo(state.owner());
        }
        assertThat(accepted).isGreaterThan(300);
        // Every object was named, or reported as unnamed once.
        for (String key : unnamed) {
            UUID object = UUID.fromString(key.substring(key.length() - 40, key.length() - 4));
            assertThat(state.names(object)).as("seed %d, %s", seed, key).isFalse();
        }
        ever.removeIf(state::names);
        assertThat(unnamed).as("seed %d", seed).hasSizeGreaterThanOrEqualTo(ever.size());
    }

    @Test
    void keepsAGapOfRecordsThatWereGivenUp() {
        apply(add(0, 20));
        apply(add(30, 40));

        assertThat(partition(ID).segments()).hasSize(2);
        assertThat(partition(ID).end()).isEqualTo(40);

        apply(new ManifestEdit.MoveStart(ID, 25));
        assertThat(partition(ID).segments()).hasSize(1);
        assertThat(partition(ID).start()).isEqualTo(25);
    }

    @Test
    void changesNothingWhenOneEditOfACallDoesNotFit() {
        apply(add(0, 20));

        assertThatThrownBy(() -> apply(add(20, 30), add(5, 15)))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.MISUSE))
                .hasMessageContaining("they must span it");

        assertThat(partition(ID).end()).isEqualTo(20);
        assertThat(state.number()).isEqualTo(2);
    }

    @Test
    void replacesSegmentsByOneThatSpansThem() {
        apply(add(0, 10), add(10, 20), add(20, 30));
        RemoteSegment compacted = RandomEdits.segment(ID, new UUID(9, 9), 0, 20);

        apply(new AddSegments(ID, List.of(compacted)));

        assertThat(partition(ID).segments()).hasSize(2).startsWith(compacted);
        assertThat(state.takeUnnamed()).hasSize(2);
        assertThatThrownBy(() -> apply(add(5, 20))).hasMessageContaining("must span it");
        assertThatThrownBy(() -> apply(add(0, 25))).hasMessageContaining("must span it");
    }

    @Test
    void beginsWhereItsFirstSegmentBegins() {
        apply(add(500, 600));
        assertThat(partition(ID).start()).isEqualTo(500);

        apply(new MoveStart(ID, 900), add(900, 950));
        assertThat(partition(ID).segments()).hasSize(1);
        assertThat(partition(ID).start()).isEqualTo(900);
    }

    @Test
    void cutsTheSegmentThatATruncationEndsIn() {
        apply(add(0, 30), add(30, 60));

        apply(new TruncateSegments(ID, 15));

        RemoteSegment cut = partition(ID).segments().get(0);
        assertThat(cut.endOffset()).isEqualTo(15);
        assertThat(cut.bytes())
                .as("two chunks of 100 bytes have batches that count")
                .isEqualTo(200);
        assertThat(cut.maxTimestamp()).isEqualTo(1020);
        assertThat(state.names(cut.object())).isTrue();
        assertThat(state.takeUnnamed()).hasSize(1).allMatch(key -> key.contains("/30-"));
    }

    @Test
    void keepsAnObjectUntilNoPartitionNamesIt() {
        apply(add(0, 30), add(30, 60));
        apply(new CopySegments(OTHER, ID, 40));
        assertThat(partition(OTHER).end()).isEqualTo(40);
        UUID shared = partition(OTHER).segments().get(1).object();

        apply(new DeletePartition(ID));
        assertThat(state.takeUnnamed()).isEmpty();
        assertThat(state.names(shared)).isTrue();

        apply(new TruncateSegments(OTHER, 30));
        assertThat(state.names(shared)).isFalse();
        assertThat(state.takeUnnamed()).hasSize(1);
    }

    @Test
    void copiesIntoNewPartitionsOnly() {
        apply(add(0, 30), new MoveStart(ID, 20));
        assertThatThrownBy(() -> apply(new CopySegments(ID, ID, 40))).hasMessageContaining("has records already");
        assertThatThrownBy(() -> apply(new CopySegments(OTHER, RandomEdits.partition(3), 40)))
                .hasMessageContaining("has no remote records");
        assertThatThrownBy(() -> apply(new CopySegments(OTHER, ID, 10))).hasMessageContaining("begin at 20");

        apply(new CopySegments(OTHER, ID, 25));
        assertThat(partition(OTHER).start()).isEqualTo(20);
        assertThat(partition(OTHER).end()).isEqualTo(25);
    }

    @Test
    void keepsWhatIsSetAsideBesideANewPartitionOfTheSameId() {
        apply(add(0, 30));
        UUID kept = partition(ID).segments().get(0).object();
        apply(new ManifestEdit.SetAside(ID));
        assertThat(state.partition(ID)).isEmpty();

        apply(add(0, 5));
        apply(new DeletePartition(ID));

        assertThat(state.names(kept)).isTrue();
        assertThat(state.partitions()).singleElement().matches(RemotePartition::aside);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void findsEveryFlippedByteAndTruncation(long seed) {
        Random random = new Random(seed);
        List<ManifestEdit> all = new ArrayList<>();
        RandomEdits edits = new RandomEdits(random);
        while (state.number() < 12) {
            List<ManifestEdit> call = edits.call(state);
            if (tryApply(state, call)) {
                all.addAll(call);
            }
        }
        long number = state.number();
        byte[] entry = bytes(EntryFormat.encode(new ManifestEntry.Edited(number, SERVER, all), NONCE, 5));
        byte[] snapshot = bytes(SnapshotFormat.encode(state, SERVER, NONCE, 5));
        EntryFormat.decode(ByteBuffer.wrap(entry), number, "entry");
        for (int at = 0; at < entry.length; at += 1 + random.nextInt(3)) {
            ByteBuffer damaged = damaged(entry, at);
            assertCorrupt(() -> EntryFormat.decode(damaged, number, "entry"));
            assertCorrupt(() -> EntryFormat.decode(damaged.limit(damaged.position()), number, "entry"));
        }
        for (int at = 0; at < snapshot.length; at += 1 + random.nextInt(3)) {
            ByteBuffer damaged = damaged(snapshot, at);
            assertCorrupt(() -> SnapshotFormat.decode(damaged, number, "snapshot"));
        }
        assertCorrupt(() -> EntryFormat.decode(ByteBuffer.wrap(entry), number + 1, "entry"));
        assertCorrupt(() -> SnapshotFormat.decode(ByteBuffer.wrap(snapshot), number - 1, "snapshot"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void takesNoChangedByteForMoreThanItIsEvenWithARightChecksum(long seed) {
        Random random = new Random(seed);
        RandomEdits edits = new RandomEdits(random);
        while (state.number() < 8) {
            tryApply(state, edits.call(state));
        }
        byte[] sound = bytes(SnapshotFormat.encode(state, SERVER, NONCE, 5));
        for (int i = 0; i < 3000; i++) {
            byte[] hostile = sound.clone();
            int at = 60 + random.nextInt(hostile.length - 64);
            ByteBuffer.wrap(hostile).putInt(at, random.nextBoolean() ? random.nextInt() : Integer.MAX_VALUE);
            ByteBuffer bytes = ByteBuffer.wrap(hostile);
            bytes.putInt(8, Crc32c.of(bytes, 12, hostile.length - 12));
            try {
                SnapshotFormat.decode(bytes, state.number(), "snapshot");
            } catch (StorageException e) {
                assertThat(e.kind()).as("seed %d, byte %d", seed, at).isEqualTo(StorageException.Kind.CORRUPT);
            }
        }
    }

    private static ByteBuffer damaged(byte[] sound, int at) {
        byte[] damaged = sound.clone();
        damaged[at] ^= (byte) (1 << at % 8);
        return ByteBuffer.wrap(damaged);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static void assertCorrupt(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT));
    }

    private static ManifestState claimed() {
        ManifestState state = new ManifestState();
        state.replay(new ManifestEntry.Claimed(new Claim(1, SERVER, 5, "host")));
        return state;
    }

    private static ManifestEdit add(long base, long end) {
        return new AddSegments(ID, List.of(RandomEdits.segment(ID, new UUID(base, end), base, end)));
    }

    private RemotePartition partition(PartitionId id) {
        return state.partition(id).orElseThrow();
    }

    private void apply(ManifestEdit... edits) {
        ManifestChange change = new ManifestChange(state::partition);
        change.apply(List.of(edits));
        state.install(change);
    }

    private static boolean tryApply(ManifestState state, List<ManifestEdit> edits) {
        ManifestChange change = new ManifestChange(state::partition);
        try {
            change.apply(edits);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.MISUSE);
            return false;
        }
        state.install(change);
        return true;
    }
}
