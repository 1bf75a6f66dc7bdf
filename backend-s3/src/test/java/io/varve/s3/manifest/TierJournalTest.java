// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that the journal keeps what it noted, whatever happens to one of its copies. */
class TierJournalTest {
    private static final PartitionId ID = RandomEdits.partition(0);
    private static final PartitionId OTHER = RandomEdits.partition(1);

    @TempDir
    Path root;

    private final FailPoints failPoints = new FailPoints();
    private List<Path> directories;

    @BeforeEach
    void createDirectories() throws IOException {
        directories = List.of(Files.createDirectory(root.resolve("a")), Files.createDirectory(root.resolve("b")));
    }

    @Test
    void bringsBackWhatWasNoted() {
        TierJournal journal = open();
        journal.noteIncarnation(new UUID(1, 2));
        journal.noteStarts(Map.of(ID, 50L, OTHER, 7L));
        journal.noteStarts(Map.of(ID, 40L));
        journal.noteTruncation(OTHER, 5);
        journal.noteRemoval(RandomEdits.partition(2), false);
        journal.noteRemoval(RandomEdits.partition(3), true);

        for (TierJournal found : List.of(journal, open())) {
            assertThat(found.knows(new UUID(1, 2))).isTrue();
            assertThat(found.knows(new UUID(1, 3))).isFalse();
            assertThat(found.start(ID)).hasValue(50);
            assertThat(found.start(OTHER)).as("lowered by the truncation").hasValue(5);
            assertThat(found.truncation(OTHER)).hasValue(5);
            assertThat(found.truncation(ID)).isEmpty();
            assertThat(found.removals(false)).containsExactly(RandomEdits.partition(2));
            assertThat(found.removals(true)).containsExactly(RandomEdits.partition(3));
        }
    }

    @Test
    void aRemovalForgetsStartAndTruncation() {
        TierJournal journal = open();
        journal.noteStarts(Map.of(ID, 50L));
        journal.noteTruncation(ID, 60);
        journal.noteRemoval(ID, false);

        assertThat(open().start(ID)).isEmpty();
        assertThat(open().truncation(ID)).isEmpty();
        journal.forgetRemoval(ID);
        assertThat(open().removals(false)).containsExactly(ID);
        journal.settle();
        assertThat(open().removals(false)).isEmpty();
    }

    @Test
    void endsATruncationDurably() {
        TierJournal journal = open();
        journal.noteTruncation(ID, 60);
        journal.endTruncation(ID);

        assertThat(journal.truncation(ID)).isEmpty();
        assertThat(open().truncation(ID)).isEmpty();
    }

    @Test
    void writesWhatWasForgottenAtTheClose() {
        TierJournal journal = open();
        journal.noteStarts(Map.of(ID, 50L));
        journal.noteRemoval(OTHER, true);
        journal.forgetStart(ID, 49);
        assertThat(journal.start(ID)).hasValue(50);

        journal.forgetStart(ID, 50);
        journal.forgetRemoval(OTHER);
        assertThat(open().start(ID)).as("not written yet").hasValue(50);
        journal.close();

        assertThat(open().start(ID)).isEmpty();
        assertThat(open().removals(true)).isEmpty();
    }

    @Test
    void theNewestSoundCopyCounts() throws IOException {
        TierJournal journal = open();
        journal.noteStarts(Map.of(ID, 50L));
        byte[] old = Files.readAllBytes(file(0));
        journal.noteStarts(Map.of(ID, 60L));
        byte[] newest = Files.readAllBytes(file(0));

        Files.write(file(0), old);
        assertThat(open().start(ID)).as("an old copy in the first").hasValue(60);
        Files.delete(file(0));
        assertThat(open().start(ID)).as("none in the first").hasValue(60);
        for (int at = 0; at < newest.length; at += 9) {
            byte[] damaged = newest.clone();
            damaged[at] ^= 4;
            Files.write(file(0), damaged);
            assertThat(open().start(ID)).as("byte %d damaged in the first", at).hasValue(60);
        }
        open().noteStarts(Map.of(ID, 70L));
        Files.delete(file(1));
        assertThat(open().start(ID)).as("the damaged copy was replaced").hasValue(70);
    }

    @Test
    void refusesToBeginAnewWhenEveryCopyIsDamaged() throws IOException {
        open().noteStarts(Map.of(ID, 50L));
        Files.delete(file(0));
        Files.write(file(1), new byte[5]);

        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT))
                .hasMessageContainingAll(file(1).toString(), "bring it back", "empty data directories");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3.journal.before-force",
                "s3.journal.before-rename",
                "s3.journal.before-directory",
                "s3.journal.after-directory"
            })
    void aCrashLeavesTheOldNotesOrTheNew(String place) {
        TierJournal journal = open();
        journal.noteStarts(Map.of(ID, 50L));
        failPoints.arm(place, () -> {
            throw new IllegalStateException("crash");
        });

        assertThatThrownBy(() -> journal.noteStarts(Map.of(ID, 60L))).hasMessage("crash");

        assertThat(open().start(ID)).isIn(OptionalLong.of(50), OptionalLong.of(60));
    }

    @Test
    void aNoteThatFailedIsNotThereAndTheNextOneOutdatesWhatItLeft() {
        TierJournal journal = open();
        journal.noteStarts(Map.of(ID, 50L));
        List<String> hits = new ArrayList<>();
        // The first directory takes it, the second refuses.
        failPoints.arm("s3.journal.before-force", () -> {
            hits.add("hit");
            if (hits.size() == 2) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
        });
        assertThatThrownBy(() -> journal.noteRemoval(ID, false))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.FULL));
        assertThat(journal.removals(false)).isEmpty();
        assertThat(journal.start(ID)).hasValue(50);

        journal.noteStarts(Map.of(OTHER, 1L));

        assertThat(open().removals(false)).isEmpty();
        assertThat(open().start(ID)).hasValue(50);
    }

    @Test
    void aNoteWorksWhenTheCallerIsInterrupted() {
        TierJournal journal = open();
        Thread.currentThread().interrupt();
        journal.noteStarts(Map.of(ID, 50L));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(open().start(ID)).hasValue(50);
    }

    @Test
    void remembersTheNewestIncarnations() throws IOException {
        JournalState state = new JournalState();
        for (int i = 0; i < JournalState.MAX_INCARNATIONS + 5; i++) {
            state.addIncarnation(new UUID(0, i));
        }
        assertThat(state.knows(new UUID(0, 4))).isFalse();
        assertThat(state.knows(new UUID(0, 5))).isTrue();
        JournalState next = JournalState.decode(state.next(1).encode(), "journal");
        next.addIncarnation(new UUID(1, 1));
        assertThat(next.knows(new UUID(0, 5))).as("their order is kept").isFalse();
    }

    private Path file(int directory) {
        return directories.get(directory).resolve("tier-state");
    }

    private TierJournal open() {
        return TierJournal.open(directories, failPoints);
    }
}
