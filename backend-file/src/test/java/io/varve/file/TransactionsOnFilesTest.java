// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs transactions on this backend through crashes, and checks Kafka's own files for them. */
class TransactionsOnFilesTest {
    private static final PartitionId ID = new PartitionId("payments", new UUID(5, 6), 0);
    private static final long A = 7;
    private static final long B = 8;
    private static final int INDEX_ENTRY = 34;

    private final FileRig rig = FileRig.temporary();
    private PartitionLog log;

    @BeforeEach
    void open() {
        SegmentLimits limits = new SegmentLimits(500, Long.MAX_VALUE, 256, 1 << 16);
        PartitionConfig config =
                new PartitionConfig(limits, 1 << 20, false, Long.MAX_VALUE, Long.MAX_VALUE, CompactionLimits.NONE);
        log = PartitionLog.open(
                rig.storage().open(ID, 0, config.settings(0)),
                0,
                config,
                rig.context().clock(),
                (l, records) -> {});
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void send(long producer, int sequence) {
        VerificationGuard guard = log.producers().startVerification(producer, (short) 0, sequence, true);
        ByteBuffer batch = new RecordBatchBuilder(Codec.NONE)
                .producer(producer, (short) 0, sequence)
                .transactional()
                .append(1_000, null, ByteBuffer.allocate(50), List.of())
                .build();
        log.appender().append(batch, AppendOrigin.CLIENT, guard);
    }

    private void abort(long producer) {
        log.appender().endTransaction(new TransactionMarker(producer, (short) 0, 3, false, false));
    }

    private void commit() {
        rig.storage().sync(List.of(log.commitTarget().store()));
        log.commitTarget().committed(log.extent().durableEnd());
    }

    /** Opens a transaction at offset 0, and aborts ten others. */
    private void fill() {
        send(B, 0);
        for (int i = 0; i < 10; i++) {
            send(A, i);
            abort(A);
        }
        commit();
    }

    private void assertTransactionsKnown() {
        assertThat(log.producers().hasOpenTransaction(B, (short) 0)).isTrue();
        assertThat(log.lastStableOffset()).isZero();
        List<AbortedTransaction> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            expected.add(new AbortedTransaction(A, 1 + 2 * i, 2 + 2 * i, 0));
        }
        assertThat(log.producers().abortedTransactions(0, 100)).isEqualTo(expected);
    }

    @Test
    void aCrashKeepsWhatIsOpenAndWhatWasAborted() throws IOException {
        fill();
        rig.crash();
        open();
        assertTransactionsKnown();
        log.producers().writeSnapshot();
        rig.crash();
        open();
        assertTransactionsKnown();
        Files.delete(indexes().get(1));
        rig.crash();
        open();
        assertTransactionsKnown();
    }

    @Test
    void theIndexOfASegmentHasKafkasNameAndBytes() throws IOException {
        fill();
        log.producers().writeSnapshot();
        int entries = 0;
        for (var segment : log.segments()) {
            Path file = directory().resolve(FileNames.name(segment.baseOffset(), ".txnindex"));
            ByteBuffer bytes = ByteBuffer.wrap(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
            for (; bytes.hasRemaining(); entries++) {
                assertThat(bytes.getShort()).isZero();
                assertThat(bytes.getLong()).isEqualTo(A);
                assertThat(bytes.getLong()).isEqualTo(1 + 2 * entries);
                assertThat(bytes.getLong())
                        .isEqualTo(2 + 2 * entries)
                        .isBetween(segment.baseOffset(), segment.endOffset() - 1);
                assertThat(bytes.getLong()).isZero();
            }
        }
        assertThat(entries).isEqualTo(10);
        assertThat(indexes()).hasSizeGreaterThan(2);
    }

    @Test
    void theSnapshotCarriesTheOpenTransaction() throws IOException {
        fill();
        log.producers().writeSnapshot();
        ByteBuffer bytes = ByteBuffer.wrap(
                Files.readAllBytes(directory().resolve(FileNames.name(log.logEndOffset(), ".snapshot"))));
        assertThat(bytes.getInt(6)).isEqualTo(6); // five batches of A, one of B
        int found = 0;
        for (int at = 10; at < 10 + 6 * 46; at += 46) {
            boolean open = bytes.getLong(at) == B;
            assertThat(bytes.getInt(at + 34)).isEqualTo(open ? -1 : 3);
            assertThat(bytes.getLong(at + 38)).isEqualTo(open ? 0 : -1);
            found += open ? 1 : 0;
        }
        assertThat(found).isOne();
    }

    @Test
    void trimmingDeletesTheIndexOfSegmentsThatAreGone() throws IOException {
        fill();
        abort(B);
        commit();
        log.producers().writeSnapshot();
        int before = indexes().size();
        log.maintenance().trimTo(log.segments().get(2).baseOffset());
        assertThat(indexes()).hasSize(before - 2);
        ReadResult read = log.reader().read(log.logStartOffset(), 1 << 20, Isolation.READ_COMMITTED);
        assertThat(read.abortedTransactions(log.logStartOffset())).isNotEmpty();
        read.slice().close();
    }

    @Test
    void aReadReturnsOnlyTheAbortedTransactionsOfItsRange() {
        fill();
        abort(B);
        commit();
        for (long offset = 1; offset < 20; offset += 2) {
            ReadResult read = log.reader().read(offset, 1, Isolation.READ_COMMITTED);
            try (var slice = read.slice()) {
                assertThat(slice.fileRegion()).isPresent();
                assertThat(read.abortedTransactions(offset))
                        .extracting(AbortedTransaction::firstOffset)
                        .containsExactlyInAnyOrder(0L, offset);
            }
        }
    }

    @Test
    void damageInOneTransactionLeavesTheOthersKnown() throws IOException {
        fill();
        rig.stop();
        int magicOfTheSecondBatch = 118 + 16;
        FileTestBase.flipBit(directory().resolve(FileNames.name(0, FileNames.LOG)), magicOfTheSecondBatch);
        open();
        assertThat(log.producers().hasOpenTransaction(B, (short) 0)).isTrue();
        assertThat(log.lastStableOffset()).isZero();
        assertThat(log.producers().abortedTransactions(0, 100))
                .extracting(AbortedTransaction::firstOffset)
                .containsExactly(3L, 5L, 7L, 9L, 11L, 13L, 15L, 17L, 19L);
    }

    private Path directory() {
        return rig.directory.resolve(ID.toString());
    }

    private List<Path> indexes() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            List<Path> found = files.filter(file -> file.toString().endsWith(FileNames.TRANSACTION_INDEX))
                    .sorted()
                    .toList();
            for (Path file : found) {
                assertThat(Files.size(file) % INDEX_ENTRY).isZero();
            }
            return found;
        }
    }
}
