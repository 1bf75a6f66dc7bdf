// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lmdbjava.Dbi;

/** Entries that are not what this backend wrote are damage of what they belong to, and of nothing else. */
class DamageTest extends LmdbTestBase {
    private static final int BATCH = 1_000;

    private PartitionStore other;
    private int number;

    @BeforeEach
    void storeSome() {
        for (int i = 0; i < 3; i++) {
            append(BATCH);
        }
        store.snapshots().write("state", 2, ByteBuffer.allocate(10));
        store.snapshots().write("state", 3, ByteBuffer.allocate(10));
        sync();
        number = ((LmdbStore) store).partition.number;
        other = storage.open(new PartitionId("other", new UUID(1, 2), 0), 1, limits);
    }

    /** Puts other bytes under a key. */
    private void damage(Dbi<ByteBuffer> database, ByteBuffer key, byte... bytes) {
        ByteBuffer value =
                ByteBuffer.allocateDirect(Math.max(1, bytes.length)).put(bytes).flip();
        environment().writer.lock();
        try {
            environment().commit(0, "none", txn -> txn.cursor(database).put(key, value));
        } finally {
            environment().writer.unlock();
        }
    }

    private static ByteBuffer key(int number, long offset) {
        return KeyCodec.at(ByteBuffer.allocateDirect(KeyCodec.MAX_KEY_BYTES), number, offset);
    }

    private StorageException openFails() {
        storage.close();
        storage = LmdbStorage.open(context());
        return catchThrowableOfType(StorageException.class, () -> storage.open(ID, 1, limits));
    }

    private void otherPartitionsGoOn() {
        append(other, BATCH);
        assertThat(storage.sync(List.of(other)).byPartition()).isEmpty();
        assertThat(readAll(other)).hasSize(1);
    }

    @Test
    void aBatchTooShortToBeOneIsDamaged() {
        damage(environment().databases.batches(), key(number, 1), (byte) 7, (byte) 7);
        assertThat(catchThrowableOfType(StorageException.class, () -> readAll(store))
                        .kind())
                .isEqualTo(StorageException.Kind.CORRUPT);
        assertThat(catchThrowableOfType(StorageException.class, () -> store.offsetAt(EPOCH + 1))
                        .kind())
                .isEqualTo(StorageException.Kind.CORRUPT);
        assertThat(catchThrowableOfType(StorageException.class, () -> store.truncateTo(2))
                        .kind())
                .isEqualTo(StorageException.Kind.CORRUPT);
        assertThat(store.read(2, Long.MAX_VALUE, MIB).sizeInBytes()).isPositive();
        otherPartitionsGoOn();
    }

    @Test
    void aBatchWhoseHeaderBeginsElsewhereIsDamaged() {
        byte[] bytes = new byte[BATCH];
        try (var slice = store.read(1, Long.MAX_VALUE, 0)) {
            slice.buffer().get(bytes);
        }
        // Base offset -2 and a last offset delta of 3 end with offset 1 as well.
        ByteBuffer.wrap(bytes).putLong(0, -2).putInt(23, 3);
        damage(environment().databases.batches(), key(number, 1), bytes);
        StorageException failure = catchThrowableOfType(StorageException.class, () -> store.read(1, Long.MAX_VALUE, 0));
        assertThat(failure.kind()).isEqualTo(StorageException.Kind.CORRUPT);
        otherPartitionsGoOn();
    }

    @Test
    void aStateTooShortToBeOneIsDamageOfItsPartition() {
        damage(environment().databases.states(), KeyCodec.number(ByteBuffer.allocateDirect(4), number), (byte) 1);
        assertThat(openFails().kind()).isEqualTo(StorageException.Kind.CORRUPT);
        other = storage.open(new PartitionId("other", new UUID(1, 2), 0), 1, limits);
        otherPartitionsGoOn();
    }

    @Test
    void segmentsThatDoNotAscendAreDamageOfTheirPartition() {
        StoredPartitionState wrong = new StoredPartitionState(0, 3, new LmdbSegment(700, number));
        ByteBuffer value = wrong.write(ByteBuffer.allocateDirect(KeyCodec.MAX_VALUE_BYTES));
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        damage(environment().databases.states(), KeyCodec.number(ByteBuffer.allocateDirect(4), number), bytes);
        StorageException failure = openFails();
        assertThat(failure.kind()).isEqualTo(StorageException.Kind.CORRUPT);
        assertThat(failure).hasMessageContaining(ID.toString()).hasMessageContaining("700");
    }

    @Test
    void aSnapshotTooShortForItsChecksumIsSkipped() {
        ByteBuffer key = KeyCodec.snapshot(ByteBuffer.allocateDirect(KeyCodec.MAX_KEY_BYTES), number, "state", 3);
        damage(environment().databases.snapshots(), key, (byte) 1);
        assertThat(store.snapshots().newest("state", 9).orElseThrow().offset()).isEqualTo(2);
    }

    @Test
    void aDamagedNoteOfGarbagePreventsNoCommit() {
        damage(environment().databases.garbage(), key(9_999, 0), (byte) 1);
        otherPartitionsGoOn();
        append(BATCH);
        sync();
        assertThat(readAll(store)).hasSize(4);
    }

    @Test
    void aMissingFileIsNotCreatedAnew() throws IOException {
        append(1000);
        sync();
        storage.close();
        Path data = directory.resolve(OpenedEnvironment.DATA);
        for (int left : new int[] {100, 0}) {
            try (FileChannel file = FileChannel.open(data, StandardOpenOption.WRITE)) {
                file.truncate(left);
            }
            assertThatThrownBy(this::start)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContainingAll(data.toString(), "bring the file back");
        }
        Files.delete(data);
        assertThatThrownBy(this::start)
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(data.toString(), "bring the file back");
        assertThat(data).doesNotExist();
    }

    /** A process that touches a mapped page behind the end of the file is killed. */
    @Test
    void aFileCutShortIsDamageAndKillsNoProcess() throws IOException {
        for (int i = 0; i < 100; i++) {
            append(10_000);
        }
        sync();
        storage.close();
        long half = fileBytes() / 2 / 4096 * 4096;
        for (long left : new long[] {half, half - 100}) {
            try (FileChannel file =
                    FileChannel.open(directory.resolve(OpenedEnvironment.DATA), StandardOpenOption.WRITE)) {
                file.truncate(left);
            }
            assertThatThrownBy(() -> {
                        start();
                        readAll(store);
                    })
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(StorageException.Kind.CORRUPT));
            storage.abandon();
        }
    }

    /** LMDB tells these by a number, or takes what it finds. */
    @Test
    void saysWhatIsWrongWithTheFirstPages() throws IOException {
        storage.close();
        Path data = directory.resolve(OpenedEnvironment.DATA);
        byte[] sound = Files.readAllBytes(data);
        ByteBuffer bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.nativeOrder());
        refuses(bytes.putInt(20, 999), StorageException.Kind.MISUSE, "version 999", "start the version of Varve");
        bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.nativeOrder());
        refuses(
                bytes.putInt(16, Integer.reverseBytes(bytes.getInt(16))),
                StorageException.Kind.MISUSE,
                "other byte order",
                "start it there");
        bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.nativeOrder());
        refuses(bytes.putInt(40, 4097), StorageException.Kind.CORRUPT, "4097", "bring it back");
        bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.nativeOrder());
        refuses(bytes.putInt(40, 1 << 16), StorageException.Kind.CORRUPT, "two pages of 65536", "bring it back");
        // Without the check the file was lengthened to as many pages as it says it has.
        bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.nativeOrder());
        refuses(bytes.putLong(136, 1L << 40), StorageException.Kind.CORRUPT, "its last page", "bring it back");
        bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.nativeOrder());
        refuses(
                bytes.putInt(bytes.getInt(40) + 16, 0),
                StorageException.Kind.CORRUPT,
                "magic number",
                "at byte 4096",
                "bring it back");
        refuses(ByteBuffer.allocate(sound.length), StorageException.Kind.CORRUPT, "not LMDB's", "bring it back");
        Files.write(data, sound);
        start();
        assertThat(readAll(store)).hasSize(3);
    }

    private void refuses(ByteBuffer content, StorageException.Kind kind, String... words) throws IOException {
        Path data = directory.resolve(OpenedEnvironment.DATA);
        Files.write(data, content.array());
        StorageException refusal = catchThrowableOfType(StorageException.class, () -> LmdbStorage.open(context()));
        assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(kind);
        assertThat(refusal).hasMessageContaining(data.toString()).hasMessageContainingAll(words);
    }

    @Test
    void saysWhatLiesInPlaceOfTheFiles() throws IOException {
        storage.close();
        Path data = directory.resolve(OpenedEnvironment.DATA);
        Path aside = directory.resolve("aside");
        Files.move(data, aside);
        Files.createDirectory(data);
        assertThatThrownBy(this::start).hasMessageContainingAll(data.toString(), "is a directory", "bring it back");
        Files.delete(data);
        Files.createSymbolicLink(data, directory.resolve("gone"));
        assertThatThrownBy(this::start).hasMessageContainingAll(data.toString(), "is a link to", "mount");
        Files.delete(data);
        Files.createSymbolicLink(data, aside); // on another disk, for instance
        Path readers = directory.resolve(ReaderTable.NAME);
        Files.delete(readers);
        Files.createDirectory(readers);
        assertThatThrownBy(this::start).hasMessageContainingAll(readers.toString(), "is a directory", "remove it");
        Files.delete(readers);
        Files.write(readers, new byte[] {1, 2, 3});
        start();
        assertThat(readAll(store)).hasSize(3);
    }
}
