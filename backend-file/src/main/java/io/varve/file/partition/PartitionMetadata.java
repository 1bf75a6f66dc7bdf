// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads and writes {@code partition.metadata}, which has the topic id (KIP-516). The directory's name has the
 * rest of the partition's id. Stateless.
 */
public final class PartitionMetadata {
    private static final int UUID_BYTES = 16;

    private PartitionMetadata() {}

    /**
     * Writes the file; its content is durable on return, its name is not. A torn file counts as absent: the
     * next creation takes over the directory.
     */
    public static void write(Path directory, PartitionId id) throws IOException {
        ByteBuffer uuid = ByteBuffer.allocate(UUID_BYTES)
                .putLong(id.topicId().getMostSignificantBits())
                .putLong(id.topicId().getLeastSignificantBits());
        String text = "version: 0\ntopic_id: "
                + Base64.getUrlEncoder().withoutPadding().encodeToString(uuid.array());
        Disk.write(directory.resolve(FileNames.METADATA), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), true);
    }

    /** @return the id of the directory's partition, or empty when the directory is not a partition's */
    public static Optional<PartitionId> read(Path directory) throws IOException {
        String name = directory.getFileName().toString();
        int dash = name.lastIndexOf('-');
        if (dash <= 0) {
            return Optional.empty();
        }
        try {
            String text = Files.readString(directory.resolve(FileNames.METADATA));
            int partition = Integer.parseInt(name.substring(dash + 1));
            Optional<PartitionId> id =
                    topicId(text).map(uuid -> new PartitionId(name.substring(0, dash), uuid, partition));
            return id.filter(found -> found.toString().equals(name));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException | java.nio.charset.MalformedInputException | StorageException e) {
            return Optional.empty(); // not a number, not base64, not a topic name: not a partition
        }
    }

    private static Optional<UUID> topicId(String text) {
        String[] lines = text.split("\n");
        if (lines.length < 2
                || !lines[0].trim().equals("version: 0")
                || !lines[1].trim().startsWith("topic_id:")) {
            return Optional.empty();
        }
        byte[] bytes = Base64.getUrlDecoder()
                .decode(lines[1].trim().substring("topic_id:".length()).trim());
        if (bytes.length != UUID_BYTES) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return Optional.of(new UUID(buffer.getLong(), buffer.getLong()));
    }
}
