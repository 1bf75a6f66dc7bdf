// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Mounts a disk whose power can be {@linkplain #cut cut} without harm to it.
 *
 * <pre>
 * data/            ext4 or xfs, mounted     what is tested writes here
 *   loop device, direct
 * store/disk.img   the disk                 store/cut.img   a reflink copy: the disk at the moment of the cut
 *   xfs or btrfs, mounted
 *   loop device
 * store.img        a sparse file, without a name once it is in use
 * </pre>
 *
 * Not thread-safe.
 */
final class CutDisk implements AutoCloseable {
    private static final long STORE_BYTES = 4L << 30;
    private static final long DISK_BYTES = 1L << 29;

    private final Path directory;
    private final FileSystemKind kind;
    private final MountedImage store;
    private MountedImage data;

    private CutDisk(Path directory, FileSystemKind kind, MountedImage store) {
        this.directory = directory;
        this.kind = kind;
        this.store = store;
    }

    /**
     * @param directory an empty one, to work in
     * @param store file system with reflinks
     * @param kind file system of the disk
     */
    static CutDisk make(Path directory, FileSystemKind store, FileSystemKind kind) {
        Path image = directory.resolve("store.img");
        sparse(image, STORE_BYTES);
        store.make(image);
        MountedImage mounted = MountedImage.mount(image, store, directory.resolve("store"), false);
        remove(image); // gone with its last user, however that ends
        return new CutDisk(directory, kind, mounted);
    }

    /** Puts a new disk without content in place of what there was. */
    void renew() {
        unmountData();
        remove(image());
        sparse(image(), DISK_BYTES);
        kind.make(image());
        mountData();
    }

    /** @return where the disk's file system is mounted */
    Path data() {
        return data.at();
    }

    /** @return the disk, before it is made or while it is used */
    Path image() {
        return store.at().resolve("disk.img");
    }

    /**
     * Cuts the power: {@code copy} is from now on what a cut at one moment during this call has left. The
     * disk itself goes on.
     *
     * @param copy a new file beside {@link #image}
     */
    void cut(Path copy) {
        reflink(image(), copy);
    }

    /** Copies a file as it is at one moment during this call, by sharing its blocks. */
    static void reflink(Path from, Path to) {
        SystemCommand.run("cp", "--reflink=always", from, to);
    }

    /** Starts the file system of a cut disk as after the cut: its journal is replayed. */
    MountedImage mount(Path cut) {
        return MountedImage.mount(cut, kind, directory.resolve("mounted-" + cut.getFileName()), true);
    }

    /** Goes on with what a cut left, in place of the disk. */
    void adopt(Path cut) {
        unmountData();
        try {
            Files.move(cut, image(), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mountData();
    }

    private void mountData() {
        data = MountedImage.mount(image(), kind, directory.resolve("data"), true);
    }

    static void sparse(Path file, long bytes) {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void unmountData() {
        if (data != null) {
            data.close();
            data = null;
        }
    }

    /** Lets go of everything in a directory of a disk, whatever state it is in, and removes the directory. */
    static void abandon(Path directory) {
        SystemCommand.run(
                "sh", "-c", "umount --lazy \"$1\"/*/ 2>/dev/null; rm -rf --one-file-system \"$1\"", "sh", directory);
    }

    @Override
    public void close() {
        unmountData();
        store.close();
    }
}
