// SPDX-License-Identifier: Apache-2.0
package io.varve.server.start;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Copies, deletes and damages the directories of a stopped server. */
final class DirectoryDamage {
    private DirectoryDamage() {}

    static void copy(Path from, Path to) {
        for (Path path : all(from)) {
            Path target = to.resolve(from.relativize(path).toString());
            try {
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Copies a directory that is in use.
     *
     * @return false if files were renamed or removed meanwhile, so that the copy lacks some
     */
    static boolean copyUnchanged(Path from, Path to) {
        try {
            List<Path> before = all(from);
            copy(from, to);
            return before.equals(all(from));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return false;
            }
            throw e;
        }
    }

    static void delete(Path tree) {
        for (Path path : all(tree).stream().sorted(Comparator.reverseOrder()).toList()) {
            try {
                Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Flips the lowest bit of a byte wherever it is stored.
     *
     * @param sought the bytes to find
     * @param at index of the byte to change within the sought bytes
     * @return number of places found and changed
     */
    static int flip(List<Path> directories, byte[] sought, int at) {
        int found = 0;
        try {
            for (Path directory : directories) {
                for (Path path : all(directory)) {
                    if (Files.isRegularFile(path)) {
                        byte[] bytes = Files.readAllBytes(path);
                        int here = flip(bytes, sought, at);
                        if (here > 0) {
                            Files.write(path, bytes);
                        }
                        found += here;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static int flip(byte[] bytes, byte[] sought, int at) {
        int found = 0;
        for (int i = 0; i + sought.length <= bytes.length; i++) {
            int j = 0;
            while (j < sought.length && bytes[i + j] == sought[j]) {
                j++;
            }
            if (j == sought.length) {
                bytes[i + at] ^= 1;
                found++;
            }
        }
        return found;
    }

    static List<Path> all(Path tree) {
        try (Stream<Path> paths = Files.walk(tree)) {
            return paths.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
