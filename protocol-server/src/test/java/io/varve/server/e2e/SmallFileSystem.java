// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.build.watch.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Mounts a file system of a few MiB in memory, to be filled and emptied. Requires Linux and root. */
final class SmallFileSystem implements AutoCloseable {
    private final Path path;
    private final Path ballast;

    private SmallFileSystem(Path path) {
        this.path = path;
        ballast = path.resolve("ballast");
    }

    /** Mounts one on an empty directory. */
    static SmallFileSystem on(Path path, int mib) {
        String problem = asRoot("mount", "-t", "tmpfs", "-o", "mode=1777,size=" + mib + "m", "tmpfs", path.toString());
        if (problem != null) {
            RequiredClients.missing("a file system cannot be mounted: " + problem);
        }
        return new SmallFileSystem(path);
    }

    /** Uses up all the space. */
    void fill() throws IOException {
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
    void free() throws IOException {
        Files.delete(ballast);
    }

    /** @return what went wrong, or null */
    private static String asRoot(String... command) {
        List<String> all = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            all.addAll(List.of("sudo", "-n"));
        }
        all.addAll(List.of(command));
        try (ChildProcess running = ChildProcess.start(all.toArray(String[]::new))) {
            return running.exitWithin(Await.PATIENCE) == 0 ? null : running.err();
        } catch (java.io.UncheckedIOException e) {
            return e.getMessage();
        }
    }

    @Override
    public void close() {
        asRoot("umount", "-l", path.toString());
    }
}
