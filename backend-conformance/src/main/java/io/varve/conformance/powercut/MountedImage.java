// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.powercut.SystemCommand.CommandFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Mounts the file system in an image file by way of a loop device. The device lets go of the file by itself
 * when the file system is unmounted, also by the end of the mount namespace it was mounted in.
 */
final class MountedImage implements AutoCloseable {
    private static final int ATTEMPTS = 20;
    /** A file whose blocks are shared with another takes no smaller writes past the page cache. */
    private static final int SECTOR = 4096;

    private final Path at;

    private MountedImage(Path at) {
        this.at = at;
    }

    /**
     * @param image the file
     * @param kind the file system's name
     * @param at where to mount it; created when absent
     * @param direct true to have the device write to the file past the page cache, as a disk has it
     */
    static MountedImage mount(Path image, FileSystemKind kind, Path at, boolean direct) {
        try {
            Files.createDirectories(at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String device = attach(image, direct);
        try {
            SystemCommand.run("mount", "-t", kind.name, "-o", kind.options, device, at);
        } finally {
            SystemCommand.run("losetup", "--detach", device); // mounted: later, with the last use
        }
        return new MountedImage(at);
    }

    /** @return a loop device on the file */
    static String attach(Path image, boolean direct) {
        List<Object> words = new ArrayList<>(List.of("losetup", "--find", "--show"));
        if (direct) {
            words.addAll(List.of("--direct-io=on", "--sector-size=" + SECTOR));
        }
        words.add(image);
        for (int attempt = 1; ; attempt++) {
            try {
                return SystemCommand.run(words.toArray());
            } catch (CommandFailed e) {
                if (attempt == ATTEMPTS) {
                    throw e; // not another process that took the free device first
                }
            }
        }
    }

    Path at() {
        return at;
    }

    @Override
    public void close() {
        SystemCommand.run("umount", at);
    }
}
