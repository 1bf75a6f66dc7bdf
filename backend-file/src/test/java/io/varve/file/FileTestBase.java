// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Opens one partition on a file storage, and gives tests access to its files. */
public abstract class FileTestBase {
    public static final int SIZE = 200;
    public static final PartitionId ID = new PartitionId("orders", new UUID(7, 11), 3);
    /** Segments of five batches, an index entry for each. */
    public static final PartitionSettings SMALL =
            PartitionSettings.of(new SegmentLimits(5 * SIZE, Long.MAX_VALUE, 0, 1 << 16));

    public final FileRig rig;
    public PartitionStore store;

    public FileTestBase() {
        this(FileRig.temporary());
    }

    protected FileTestBase(FileRig rig) {
        this.rig = rig;
    }

    @BeforeEach
    public void open() {
        store = rig.storage().open(ID, 1, SMALL);
    }

    @AfterEach
    public void close() {
        rig.close();
    }

    public final void appendTens(int batches) {
        for (int i = 0; i < batches; i++) {
            long base = store.extent().readableEnd();
            store.append(Batches.run(base, 10, SIZE, 1000 + base));
        }
    }

    public final void sync() {
        assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
    }

    public final Path file(String name) {
        return rig.directory.resolve(ID.toString()).resolve(name);
    }

    public final Path log(long base) {
        return file(FileNames.name(base, FileNames.LOG));
    }

    /** Ends the process as kill -9 does, after the checkpoints were written. */
    public final void dieCheckpointed() throws IOException {
        rig.stop();
        Files.delete(rig.directory.resolve(FileNames.CLEAN_SHUTDOWN));
    }

    public static void write(Path file, long at, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }

    public static void flipBit(Path file, long at) throws IOException {
        byte[] all = Files.readAllBytes(file);
        write(file, at, new byte[] {(byte) (all[(int) at] ^ 1)});
    }

    public static void shorten(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    /** @return base offsets of all batches from an offset on */
    public static List<Long> readAll(PartitionStore store, long from) {
        List<Long> bases = new ArrayList<>();
        long offset = from;
        while (true) {
            try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, 3 * SIZE)) {
                ByteBuffer bytes = slice.buffer();
                if (!bytes.hasRemaining()) {
                    return bases;
                }
                for (int at = 0; at < bytes.limit(); ) {
                    int size = BatchValidator.validate(bytes, at, bytes.limit());
                    bases.add(BatchHeader.baseOffset(bytes, at));
                    offset = BatchHeader.nextOffset(bytes, at);
                    at += size;
                }
            }
        }
    }

    public static List<Long> tens(long from, long end) {
        List<Long> bases = new ArrayList<>();
        for (long base = from; base < end; base += 10) {
            bases.add(base);
        }
        return bases;
    }

    public static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Lets the process die at a fail point within a call, and opens the partition again. */
    public final void dieAt(String place, ThrowingCallable call) {
        rig.failPoints.arm(place, () -> {
            throw new Crash();
        });
        assertThatThrownBy(call).isInstanceOf(Crash.class);
        rig.failPoints.disarm(place);
        rig.die();
        open();
    }
}
