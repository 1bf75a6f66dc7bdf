// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Mounts a real file system of a few MiB that can be filled and emptied. Needs Linux and root: where there is
 * neither, the test is skipped, and in CI fails.
 */
public final class SmallDisk implements AutoCloseable {
    private static final String MIB = "m";
    /** Bytes of a block of the file system, and of a page of what is behind it. */
    private static final int PAGE = 4096;

    /** Where it is mounted. */
    public final Path path;

    private final Path ballast;
    private final Path root;
    private final int mib;
    private final Deque<Path> mounts = new ArrayDeque<>();

    private SmallDisk(int mib) {
        this.mib = mib;
        try {
            root = Files.createTempDirectory("varve-disk-");
            path = Files.createDirectory(root.resolve("disk"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ballast = path.resolve("ballast");
    }

    /** A file system in memory. */
    public static SmallDisk tmpfs(int mib) {
        SmallDisk disk = new SmallDisk(mib);
        disk.mount(disk.path, "-t", "tmpfs", "-o", "size=" + mib + MIB, "tmpfs");
        return disk;
    }

    /** ext4 on an image file. */
    public static SmallDisk ext4(int mib) {
        return ext4(mib, mib + 1);
    }

    /**
     * ext4 on a device with less space than it announces: when that is used up, its writes fail when they are
     * forced.
     */
    public static SmallDisk overcommitted(int mib, int realMib) {
        SmallDisk disk = ext4(mib, realMib);
        disk.writePageByPage();
        return disk;
    }

    /**
     * Lets every write be of one page. Linux's loop device reports success when what is behind it takes the
     * first part of a write and has no space for the rest: then syncs succeed, and bytes are gone for which
     * no storage can answer.
     */
    private void writePageByPage() {
        require(
                "sh",
                "-c",
                "echo " + PAGE / 1024 + " > /sys/block/$(basename $(findmnt -n -o SOURCE '" + path
                        + "'))/queue/max_sectors_kb");
    }

    private static SmallDisk ext4(int mib, int backingMib) {
        SmallDisk disk = new SmallDisk(mib);
        try {
            Path backing = Files.createDirectory(disk.root.resolve("backing"));
            disk.mount(backing, "-t", "tmpfs", "-o", "size=" + backingMib + MIB, "tmpfs");
            Path image = backing.resolve("image");
            // No journal: its own failed writes would turn the whole file system read-only, not only the
            // file.
            disk.require("truncate", "-s", mib + MIB, image.toString());
            disk.require(
                    "mkfs.ext4", "-q", "-b", String.valueOf(PAGE), "-m", "0", "-O", "^has_journal", image.toString());
            disk.mount(disk.path, "-o", "loop", image.toString());
        } catch (IOException e) {
            disk.close();
            throw new UncheckedIOException(e);
        }
        return disk;
    }

    /** Makes what is behind an overcommitted file system larger. */
    public void enlargeBacking(int mib) {
        require(
                "mount",
                "-o",
                "remount,size=" + mib + MIB,
                root.resolve("backing").toString());
    }

    /** Takes away what the device holds past so many MiB: reads of it fail. */
    public void loseTail(int mib) {
        require("sync", "-f", path.toString());
        require("truncate", "-s", mib + MIB, root.resolve("backing/image").toString());
    }

    /** Gives the device its size again; what was lost is zeros. */
    public void restoreTail() {
        require("truncate", "-s", mib + MIB, root.resolve("backing/image").toString());
    }

    /** Drops what the system keeps in memory of the files in a directory: the next read asks the device. */
    public static void forget(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String problem = run("dd", "if=" + file, "iflag=nocache", "count=0", "status=none");
                if (problem != null) {
                    throw new IllegalStateException(problem);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Uses up all the space, to the last byte. */
    public void fill() throws IOException {
        try (FileChannel channel = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int size = 1 << 16; size > 0; size >>= 4) {
                fillBy(channel, size);
            }
        }
    }

    private static void fillBy(FileChannel channel, int size) {
        try {
            while (true) {
                channel.write(ByteBuffer.allocate(size));
            }
        } catch (IOException full) {
            return; // as intended
        }
    }

    /** Releases the space. */
    public void free() throws IOException {
        Files.delete(ballast);
    }

    private void mount(Path at, String... what) {
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(what));
        command.add(at.toString());
        require(command.toArray(String[]::new));
        mounts.push(at);
        require("chmod", "1777", at.toString());
    }

    private void require(String... command) {
        String problem = run(command);
        if (problem != null) {
            close();
            String what = String.join(" ", command) + ": " + problem;
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(what);
            }
            Assumptions.abort(what);
        }
    }

    /** @return what went wrong, or null */
    private static String run(String... command) {
        List<String> all = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            all.addAll(List.of("sudo", "-n"));
        }
        all.addAll(List.of(command));
        try {
            ChildRun run = ChildRun.of(new ProcessBuilder(all));
            return run.exit() == 0 ? null : run.output();
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        while (!mounts.isEmpty()) {
            String problem = run("umount", "-l", mounts.pop().toString());
            if (problem != null) {
                throw new IllegalStateException(problem);
            }
        }
        try {
            DirectoryTree.remove(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
