// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads and writes {@code partition.metadata}, which has the topic id (KIP-516). The directory's name has the
 * rest of the partition's id. Stateless.
 */
public final class PartitionMetadata {
    private static final String VERSION = "version: 0";
    private static final String TOPIC_ID = "topic_id:";
    private static final int UUID_BYTES = 16;

    private PartitionMetadata() {}

    /**
     * Writes the file, and forces neither its content nor its name. A crash may leave it torn, which counts
     * as absent: the list of creations makes up for it, as long as nothing in the partition is durable.
     */
    public static void write(Path directory, PartitionId id) throws IOException {
        Disk.writeUnforced(directory.resolve(FileNames.METADATA), content(id.topicId()));
    }

    /** As {@link #write}, and makes the content durable; its name is not. */
    static void writeForced(Path directory, PartitionId id) throws IOException {
        Disk.write(directory.resolve(FileNames.METADATA), ByteBuffer.wrap(content(id.topicId())), true);
    }

    /**
     * Replaces the file by another of the same content; durable on return. A crash leaves one of them whole.
     *
     * @param beforeRename runs when the other is forced, and does not have the name
     */
    static void replace(Path directory, PartitionId id, Runnable beforeRename) throws IOException {
        Disk.replace(
                directory.resolve(FileNames.METADATA), ByteBuffer.wrap(content(id.topicId())), beforeRename, () -> {});
    }

    /** @return what the file has for every partition of a topic */
    static byte[] content(UUID topicId) {
        return (VERSION + "\n" + TOPIC_ID + " " + text(topicId)).getBytes(StandardCharsets.UTF_8);
    }

    /** @return a topic id as Kafka writes it: base64url without padding */
    static String text(UUID topicId) {
        ByteBuffer uuid = ByteBuffer.allocate(UUID_BYTES)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(uuid.array());
    }

    /**
     * @return the topic id
     * @throws IllegalArgumentException if it is not what {@link #text} gives
     */
    static UUID topicId(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != UUID_BYTES) {
            throw new IllegalArgumentException("a topic id of " + bytes.length + " bytes: " + text);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    /**
     * @return the id of the directory's partition, or empty when the directory is not a partition's, or the
     *     file cannot be read: {@link #problem} says why
     */
    public static Optional<PartitionId> read(Path directory) {
        String name = directory.getFileName().toString();
        int dash = name.lastIndexOf('-');
        if (dash <= 0) {
            return Optional.empty();
        }
        try {
            String text = Files.readString(directory.resolve(FileNames.METADATA));
            int partition = Integer.parseInt(name.substring(dash + 1));
            Optional<PartitionId> id =
                    written(text).map(uuid -> new PartitionId(name.substring(0, dash), uuid, partition));
            return id.filter(found -> found.toString().equals(name));
        } catch (IOException | IllegalArgumentException | StorageException e) {
            return Optional.empty(); // no such file, not a number, not base64, not a topic name: not a partition
        }
    }

    /** @return what is wrong with the file of a directory that {@link #read} cannot identify; what to do */
    public static String problem(Path directory) {
        Path file = directory.resolve(FileNames.METADATA);
        return file + " " + problemOf(file) + ": write its two lines anew, '" + VERSION + "' and '" + TOPIC_ID
                + " ' with the topic's id";
    }

    private static String problemOf(Path file) {
        if (!Files.exists(file)) {
            return Files.isSymbolicLink(file) ? "is a link to something that is not there" : "is missing";
        }
        try {
            String text = Files.readString(file);
            String first = text.lines().findFirst().orElse("").trim();
            if (text.isBlank()) {
                return "is empty";
            }
            return first.matches("version: [0-9]+") && !first.equals(VERSION)
                    ? "has another format, " + first
                    : "is damaged";
        } catch (CharacterCodingException e) {
            return "is damaged";
        } catch (IOException e) {
            return "cannot be read (" + e.getMessage() + ")";
        }
    }

    private static Optional<UUID> written(String text) {
        String[] lines = text.split("\n");
        if (lines.length < 2
                || !lines[0].trim().equals(VERSION)
                || !lines[1].trim().startsWith(TOPIC_ID)) {
            return Optional.empty();
        }
        return Optional.of(topicId(lines[1].trim().substring(TOPIC_ID.length()).trim()));
    }
}
