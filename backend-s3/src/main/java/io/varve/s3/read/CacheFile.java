// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Writes and reads a file of the cache on disk: {@code OBJECT.NUMBER.chunk}. It is never forced: a power cut
 * may leave anything, which the trailer shows. Numbers are big-endian.
 *
 * <pre>
 * batches | magic int32 "VCHK" | version int32 | object 16 bytes | number int32 | bytes int32 | crc int32
 * </pre>
 *
 * The CRC-32C is that of the batches, then of the trailer before it.
 */
final class CacheFile {
    private static final int MAGIC = 0x5643484b;
    private static final int VERSION = 1;
    private static final int TRAILER_BYTES = 36;
    private static final Pattern NAME = Pattern.compile("([0-9a-f-]{36})\\.([0-9]{1,9})\\.chunk");

    private CacheFile() {}

    static String name(ChunkKey key) {
        return key.object() + "." + key.number() + ".chunk";
    }

    /** @return the chunk of a file; null if it is no file of the cache */
    static ChunkKey key(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        try {
            ChunkKey key = new ChunkKey(UUID.fromString(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            return name(key).equals(name) ? key : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static long sizeOf(int bytes) {
        return (long) bytes + TRAILER_BYTES;
    }

    /** @param batches from 0 to the limit; not moved */
    static void write(Path file, ChunkKey key, ByteBuffer batches) throws IOException {
        ByteBuffer whole = batches.duplicate().rewind();
        ByteBuffer trailer = trailer(key, whole);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (whole.hasRemaining()) {
                channel.write(whole);
            }
            while (trailer.hasRemaining()) {
                channel.write(trailer);
            }
        }
    }

    /**
     * @param into filled up to its limit with the batches
     * @return false if the file is absent, or not what was written
     */
    static boolean read(Path file, ChunkKey key, ByteBuffer into) throws IOException {
        ByteBuffer batches = into.duplicate().rewind();
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != sizeOf(into.limit())) {
                return false;
            }
            fill(channel, batches);
            fill(channel, trailer);
        } catch (NoSuchFileException e) {
            return false;
        }
        return !batches.hasRemaining()
                && !trailer.hasRemaining()
                && trailer.flip().equals(trailer(key, batches.flip()));
    }

    private static void fill(FileChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining() && channel.read(into) >= 0) {
            // until full or at the end
        }
    }

    private static ByteBuffer trailer(ChunkKey key, ByteBuffer batches) {
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putLong(key.object().getMostSignificantBits())
                .putLong(key.object().getLeastSignificantBits())
                .putInt(key.number())
                .putInt(batches.limit());
        CRC32C crc = new CRC32C();
        crc.update(batches.duplicate().rewind());
        crc.update(trailer.duplicate().flip());
        return trailer.putInt((int) crc.getValue()).flip();
    }
}
