// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mounts a file system of a few MiB in memory, to be filled. Needs Linux, and root or {@code sudo} without a
 * password.
 */
public final class RamDisk implements AutoCloseable {
    private final Path root;

    private RamDisk(Path root) {
        this.root = root;
    }

    /**
     * Mounts one.
     *
     * @param mebibytes its size in MiB
     * @return the disk, or empty where this machine or its user may not mount one
     */
    public static Optional<RamDisk> mount(int mebibytes) {
        try {
            Path root = Files.createTempDirectory("varve-ram-");
            if (succeeds("mount", "-t", "tmpfs", "-o", "mode=1777,size=" + mebibytes + "m", "tmpfs", root.toString())) {
                return Optional.of(new RamDisk(root));
            }
            Files.delete(root);
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return a directory on it, empty at first */
    public Path directory() {
        try {
            return Files.createDirectories(root.resolve("data"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unmounts it; its content is gone. */
    @Override
    public void close() {
        if (!succeeds("umount", root.toString())) {
            succeeds("umount", "--lazy", root.toString()); // a file is still open: it goes with its last user
        }
        try {
            Files.delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean succeeds(String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        if (!"root".equals(System.getProperty("user.name"))) {
            words.addAll(0, List.of("sudo", "-n"));
        }
        try {
            return ChildRun.of(new ProcessBuilder(words)).exit() == 0;
        } catch (IOException e) {
            return false; // no such command here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
