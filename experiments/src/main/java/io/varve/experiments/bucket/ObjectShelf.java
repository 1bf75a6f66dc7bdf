// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Keeps objects by key: small ones in memory, large ones in files. Thread-safe. */
final class ObjectShelf {
    private static final int IN_MEMORY = 64 << 10;

    private final Path directory;
    private final NavigableMap<String, Item> items = new TreeMap<>();
    private long files;
    private long storedBytes;

    /**
     * Describes an object.
     *
     * @param bytes its size, as it is kept
     * @param standsFor for how many times its bytes it stands
     * @param storedMs when it was stored, in ms since the epoch
     */
    record Item(String key, long bytes, int standsFor, long storedMs, byte[] content, Path file) {
        long fullBytes() {
            return bytes * standsFor;
        }
    }

    /** @param directory for the files; empty or absent */
    ObjectShelf(Path directory) {
        this.directory = directory;
    }

    /** Takes the parts of an object, one after another. Not thread-safe. */
    final class Writer implements AutoCloseable {
        private final List<byte[]> parts = new ArrayList<>();
        private long bytes;
        private Path file;
        private FileChannel channel;
        private boolean whole;

        /** @param part its remaining bytes are taken; not moved */
        void write(ByteBuffer part) throws IOException {
            ByteBuffer left = part.duplicate();
            bytes += left.remaining();
            if (channel == null && bytes > IN_MEMORY) {
                file = nextFile();
                channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                for (byte[] before : parts) {
                    drain(ByteBuffer.wrap(before));
                }
                parts.clear();
            }
            if (channel == null) {
                byte[] copy = new byte[left.remaining()];
                left.get(copy);
                parts.add(copy);
            } else {
                drain(left);
            }
        }

        private void drain(ByteBuffer left) throws IOException {
            while (left.hasRemaining()) {
                channel.write(left);
            }
        }

        /** @return the object, which is not on the shelf yet */
        Item item(String key, int standsFor, long storedMs) {
            whole = true;
            ByteBuffer content = channel == null ? ByteBuffer.allocate((int) bytes) : null;
            if (content != null) {
                parts.forEach(content::put);
            }
            return new Item(key, bytes, standsFor, storedMs, content == null ? null : content.array(), file);
        }

        /** Leaves no file of an object whose parts did not all come. */
        @Override
        public void close() throws IOException {
            if (channel != null) {
                channel.close();
                if (!whole) {
                    Files.delete(file);
                }
            }
        }
    }

    private synchronized Path nextFile() throws IOException {
        Files.createDirectories(directory);
        return directory.resolve(Long.toString(files++));
    }

    synchronized void put(Item item) {
        remove(item.key());
        items.put(item.key(), item);
        storedBytes += item.fullBytes();
    }

    /** @return false if the key has an object; the new one has no file then */
    synchronized boolean putIfAbsent(Item item) {
        if (items.containsKey(item.key())) {
            forget(item);
            return false;
        }
        put(item);
        return true;
    }

    synchronized Item find(String key) {
        return items.get(key);
    }

    synchronized void remove(String key) {
        Item item = items.remove(key);
        if (item != null) {
            storedBytes -= item.fullBytes();
            forget(item);
        }
    }

    /** Removes the file of an object that is not on the shelf. */
    static void forget(Item item) {
        try {
            if (item.file() != null) {
                Files.delete(item.file());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("object " + item.key() + " in " + item.file(), e);
        }
    }

    /** @return objects with this prefix and a key above {@code after}, in the order of their keys; a copy */
    synchronized List<Item> list(String prefix, String after) {
        List<Item> found = new ArrayList<>();
        for (Item item : items.tailMap(prefix).values()) {
            if (!item.key().startsWith(prefix)) {
                break;
            }
            if (item.key().compareTo(after) > 0) {
                found.add(item);
            }
        }
        return found;
    }

    /** @return bytes of all objects, of full size */
    synchronized long storedBytes() {
        return storedBytes;
    }

    /** Reads a range that the object has. */
    static void read(Item item, long from, ByteBuffer into) {
        if (item.file() == null) {
            into.put(item.content(), (int) from, into.remaining());
            return;
        }
        try (FileChannel channel = FileChannel.open(item.file(), StandardOpenOption.READ)) {
            for (long at = from; into.hasRemaining(); ) {
                int read = channel.read(into, at);
                if (read < 0) {
                    throw new EOFException("ends at " + at);
                }
                at += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("object " + item.key() + " in " + item.file(), e);
        }
    }
}
