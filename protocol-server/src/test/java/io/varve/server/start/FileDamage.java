// SPDX-License-Identifier: Apache-2.0
package io.varve.server.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/** Damages one file in one way, as disks, crashes and people do. */
enum FileDamage {
    MISSING,
    EMPTY,
    TRUNCATED,
    FLIPPED,
    GARBAGE_BEHIND,
    ZEROED,
    FUTURE_VERSION,
    DIRECTORY,
    DANGLING_LINK,
    UNREADABLE;

    private static final byte[] TEXT_VERSION = "0\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NAMED_VERSION = "version: 0".getBytes(StandardCharsets.US_ASCII);

    /**
     * Damages a file.
     *
     * @return false if it cannot be damaged in this way: it has no version, or this user may read everything
     */
    boolean apply(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (this) {
            case MISSING -> Files.delete(file);
            case EMPTY -> Files.write(file, new byte[0]);
            case TRUNCATED -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            case FLIPPED -> {
                if (bytes.length > 0) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, bytes);
            }
            case GARBAGE_BEHIND -> {
                byte[] garbage = new byte[100];
                random.nextBytes(garbage);
                Files.write(file, garbage, StandardOpenOption.APPEND);
            }
            case ZEROED -> Files.write(file, new byte[bytes.length]);
            case FUTURE_VERSION -> {
                int at = startsWith(bytes, NAMED_VERSION) ? NAMED_VERSION.length - 1 : 0;
                if (at == 0 && !startsWith(bytes, TEXT_VERSION)) {
                    return false;
                }
                bytes[at] = '7';
                Files.write(file, bytes);
            }
            case DIRECTORY -> {
                Files.delete(file);
                Files.createDirectory(file);
            }
            case DANGLING_LINK -> {
                Files.delete(file);
                Files.createSymbolicLink(file, file.resolveSibling("gone").resolve("away"));
            }
            case UNREADABLE -> {
                return file.toFile().setReadable(false) && !Files.isReadable(file);
            }
            default -> throw new AssertionError(this);
        }
        return true;
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }
}
