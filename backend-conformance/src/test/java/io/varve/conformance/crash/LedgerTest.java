// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.PartitionStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final WorkloadPartition PART = new WorkloadPartition(1, 7);
    private static final WorkloadBatch FIRST = new WorkloadBatch(0, 5, 100, 1);
    private static final WorkloadBatch SECOND = new WorkloadBatch(5, 5, 200, 2);
    private static final WorkloadBatch THIRD = new WorkloadBatch(10, 5, 300, 3);

    @TempDir
    Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private WorkloadJournal journal;
    private PartitionStore store;

    @BeforeEach
    void open() throws IOException {
        journal = WorkloadJournal.open(directory.resolve("journal"));
        journal.done(journal.begin(new WorkloadOperation.Create(PART)));
        store = storage.open(PART.id(), 1, Workload.LIMITS);
        done(new WorkloadOperation.Append(PART, List.of(FIRST)));
        done(new WorkloadOperation.Sync(List.of(PART)));
        done(new WorkloadOperation.Append(PART, List.of(SECOND, THIRD)));
    }

    @AfterEach
    void close() throws IOException {
        journal.close();
        storage.close();
    }

    private void done(WorkloadOperation operation) {
        journal.done(journal.begin(operation));
    }

    private void holds(WorkloadBatch... batches) {
        store.append(
                Batches.run(List.of(batches).stream().map(WorkloadBatch::bytes).toArray(ByteBuffer[]::new)));
        store.close();
    }

    private List<String> violations() throws IOException {
        Ledger ledger = new Ledger();
        ledger.certain(WorkloadJournal.read(directory.resolve("journal")));
        return ledger.examine(storage).violations();
    }

    @Test
    void acceptsWhatWasSyncedAndAnyWholePrefixOfTheRest() throws IOException {
        holds(FIRST);
        assertThat(violations()).isEmpty();
        store = storage.open(PART.id(), 1, Workload.LIMITS);
        holds(SECOND);
        assertThat(violations()).isEmpty();
    }

    @Test
    void missesWhatWasSynced() throws IOException {
        store.close();
        assertThat(violations()).singleElement().asString().contains("ends at 0, but was durable up to 5");
    }

    @Test
    void missesAPartition() throws IOException {
        storage.delete(PART.id());
        assertThat(violations()).singleElement().asString().contains("it is gone");
    }

    @Test
    void findsWhatNobodyWrote() throws IOException {
        holds(FIRST, new WorkloadBatch(5, 5, 200, 99));
        assertThat(violations()).anyMatch(violation -> violation.contains("that nobody wrote"));
    }

    @Test
    void findsAHole() throws IOException {
        holds(FIRST, THIRD);
        assertThat(violations()).singleElement().asString().contains("batch 1 is 5x300@10#3, must be 5x200@5#2");
    }

    @Test
    void findsAPartitionThatNobodyCreated() throws IOException {
        holds(FIRST);
        storage.open(new WorkloadPartition(3, 3).id(), 1, Workload.LIMITS);
        assertThat(violations()).singleElement().asString().contains("nobody created it");
    }

    @Test
    void findsWhatATruncationHadDropped() throws IOException {
        done(new WorkloadOperation.Truncate(PART, 10));
        holds(FIRST, SECOND, THIRD);
        assertThat(violations()).singleElement().asString().contains("ends at 15, but never reached beyond 10");
    }

    @Test
    void allowsATruncationUnderWayToHaveHappenedOrNot() throws IOException {
        journal.begin(new WorkloadOperation.Truncate(PART, 5));
        holds(FIRST);
        assertThat(violations()).isEmpty();
        store = storage.open(PART.id(), 1, Workload.LIMITS);
        holds(SECOND, THIRD);
        assertThat(violations()).isEmpty();
    }

    @Test
    void findsAMixtureOfAReplacement() throws IOException {
        journal.begin(new WorkloadOperation.Replace(PART, 0, 15, List.of(5L)));
        holds(FIRST, THIRD);
        assertThat(violations())
                .singleElement()
                .asString()
                .contains("batch 1 is")
                .contains("or, if what was under way");
    }

    @Test
    void whatMayHaveHappenedAfterTheCrashMayBeThereOrNot() throws IOException {
        Ledger ledger = new Ledger();
        ledger.certain(WorkloadJournal.read(directory.resolve("journal")));
        int before = WorkloadJournal.read(directory.resolve("journal")).size();
        done(new WorkloadOperation.Sync(List.of(PART)));
        done(new WorkloadOperation.Truncate(PART, 10));
        List<WorkloadJournal.Line> lines = WorkloadJournal.read(directory.resolve("journal"));
        ledger.possible(lines.subList(before, lines.size()));
        holds(FIRST, SECOND, THIRD);
        assertThat(ledger.examine(storage).violations()).isEmpty();
    }

    @Test
    void aTornLineOfTheJournalNeverBegan() throws IOException {
        Files.writeString(directory.resolve("journal"), "+ 99 delete 1:", StandardOpenOption.APPEND);
        holds(FIRST);
        assertThat(violations()).isEmpty();
    }

    @Test
    void holdsAReplacementToBeDurableOnReturn() throws IOException {
        done(new WorkloadOperation.Replace(PART, 0, 10, List.of(0L, 5L)));
        holds(FIRST);
        assertThat(violations()).singleElement().asString().contains("ends at 5, but was durable up to 10");
    }
}
