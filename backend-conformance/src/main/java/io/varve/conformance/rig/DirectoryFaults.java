// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Breaks a backend that keeps its bytes, as they are, in files of one directory. A stored batch is found by
 * its content and changed wherever that lies, for a backend that copies batches may have left older copies.
 * The device is filled with a file beside the data, where it is small (see {@link RamDisk}). Syncs fail at
 * the backend's own failpoints.
 */
public final class DirectoryFaults implements StorageFaults {
    /** A larger device is not filled: other programs may need its space. */
    private static final long MOST_TO_FILL = 256L << 20;

    /** How the names of files end that can be built anew, in Kafka's layout. */
    private static final List<String> INDEXES = List.of(".index", ".timeindex");

    /** Whole entries of either kind. */
    private static final int ZEROS = 48;

    private final Path directory;
    private final FailPoints failPoints;
    private final List<String> syncPoints;
    private final boolean verifiesReads;
    private final Path filler;

    /**
     * @param directory where the storage keeps everything
     * @param failPoints the storage's
     * @param syncPoints failpoints at which an {@link UncheckedIOException} stands for the device's error in
     *     a sync; may be empty
     * @param verifiesReads what {@link #verifiesReads} returns
     */
    public DirectoryFaults(Path directory, FailPoints failPoints, List<String> syncPoints, boolean verifiesReads) {
        this.directory = directory;
        this.failPoints = failPoints;
        this.syncPoints = List.copyOf(syncPoints);
        this.verifiesReads = verifiesReads;
        this.filler = directory.resolveSibling(directory.getFileName() + ".filler");
    }

    @Override
    public boolean corrupt(PartitionId id, ByteBuffer batch, int at) {
        byte[] wanted = new byte[batch.remaining()];
        batch.duplicate().get(wanted);
        try (Stream<Path> files = Files.walk(directory)) {
            boolean found = false;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] content = Files.readAllBytes(file);
                for (int place = find(content, wanted, 0); place >= 0; place = find(content, wanted, place + 1)) {
                    change(file, place + at, wanted[at]);
                    found = true;
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int find(byte[] content, byte[] wanted, int from) {
        for (int at = from; at + wanted.length <= content.length; at++) {
            if (Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    private static void change(Path file, long at, byte was) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (was ^ 0x10)}), at);
            channel.force(false);
        }
    }

    @Override
    public boolean verifiesReads() {
        return verifiesReads;
    }

    @Override
    public boolean fill() {
        try {
            if (Files.getFileStore(directory).getTotalSpace() > MOST_TO_FILL) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                ByteBuffer block = ByteBuffer.allocate(4096);
                while (true) {
                    channel.write(block.rewind());
                }
            } catch (IOException e) {
                return true; // full: that is how it ends
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean lengthenIndexes() {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> indexes = files.filter(file -> INDEXES.stream().anyMatch(file.toString()::endsWith))
                    .toList();
            for (Path index : indexes) {
                Files.write(index, new byte[ZEROS], StandardOpenOption.APPEND);
            }
            return !indexes.isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean failSyncs() {
        for (String point : syncPoints) {
            failPoints.arm(point, () -> {
                throw new UncheckedIOException(new IOException("Input/output error (injected at " + point + ")"));
            });
        }
        return !syncPoints.isEmpty();
    }

    @Override
    public void heal() {
        syncPoints.forEach(failPoints::disarm);
        try {
            Files.deleteIfExists(filler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
