// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The rounds to run, and the file systems to run them on.
 *
 * @param rounds how many power cuts, at least 1
 * @param seed what the load does and when the power is cut, as far as threads and disks let it be foretold
 * @param disk file system under the backend: ext4 or xfs
 * @param store file system with reflinks under that: xfs or btrfs
 * @param directory where to put the disk; a few hundred megabytes
 * @param evidence where a failed round leaves its disk and journal; null to keep nothing
 */
public record PowerCutPlan(int rounds, long seed, String disk, String store, Path directory, Path evidence) {
    private static final long LEAST_ROOM = 2L << 30;

    /** @throws IllegalArgumentException naming the value that is not allowed */
    public PowerCutPlan {
        require(rounds >= 1, "rounds", rounds, "at least 1");
        require(disk.equals("ext4") || disk.equals("xfs"), "the disk's file system", disk, "ext4 or xfs");
        require(store.equals("xfs") || store.equals("btrfs"), "the file system with reflinks", store, "xfs or btrfs");
    }

    private static void require(boolean holds, String what, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(what + " is " + value + ", must be " + allowed);
        }
    }

    /** @return a plan with the usual file systems, in memory where there is space */
    public static PowerCutPlan of(int rounds, long seed) {
        return new PowerCutPlan(rounds, seed, "ext4", "xfs", imageDirectory(), null);
    }

    /** A disk in memory shows the same and is quicker: nothing but the image has to outlive a cut. */
    private static Path imageDirectory() {
        Path memory = Path.of("/dev/shm");
        boolean fits = Files.isWritable(memory) && memory.toFile().getUsableSpace() >= LEAST_ROOM;
        return fits ? memory : Path.of(System.getProperty("java.io.tmpdir"));
    }

    FileSystemKind diskKind() {
        return FileSystemKind.valueOf(disk.toUpperCase(Locale.ROOT));
    }

    FileSystemKind storeKind() {
        return FileSystemKind.valueOf(store.toUpperCase(Locale.ROOT));
    }

    /** @return why power cannot be cut on this machine, in one line, or empty if it can */
    public Optional<String> obstacle() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("power cuts need Linux; this is " + System.getProperty("os.name"));
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("power cuts need root, to mount file systems; run as root");
        }
        List<String> missing = new ArrayList<>();
        for (String command : List.of(
                "unshare",
                "losetup",
                "mount",
                "umount",
                "cp",
                diskKind().command(),
                storeKind().command())) {
            if (!SystemCommand.exists(command)) {
                missing.add(command);
            }
        }
        if (!missing.isEmpty()) {
            return Optional.of("power cuts need " + String.join(", ", missing)
                    + "; on Debian: apt install util-linux e2fsprogs xfsprogs btrfs-progs");
        }
        return Optional.empty();
    }
}
