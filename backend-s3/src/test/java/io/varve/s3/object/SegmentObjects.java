// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.spi.PartitionId;
import io.varve.s3.client.MemoryBucket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Makes segment objects for tests, with ids and keys that a seed determines. */
final class SegmentObjects {
    static final PartitionId PARTITION = new PartitionId("orders", new UUID(1, 2), 3);
    static final UUID OBJECT = new UUID(0x1111, 0x2222);
    static final String KEY = SegmentKey.of(PARTITION, 0, OBJECT);

    private SegmentObjects() {}

    /** A written object with what its writer says of it. */
    record Written(byte[] bytes, SegmentIndex index, SegmentFooter footer, List<Integer> parts) {}

    static Written write(
            SegmentWriterConfig config, BatchList batches, long base, List<SegmentContent.SegmentBlob> blobs) {
        return write(config, batches, base, batches.end(), blobs);
    }

    static Written write(
            SegmentWriterConfig config,
            SegmentContent.BatchReader batches,
            long base,
            long end,
            List<SegmentContent.SegmentBlob> blobs) {
        PartBuffers buffers = new PartBuffers(PartBuffers.MIN_COUNT, config.chunkBytes());
        SegmentContent content = new SegmentContent(OBJECT, PARTITION, base, end, 5000, batches, blobs);
        MemoryBucket bucket = new MemoryBucket(Clock.system());
        try (SegmentObjectWriter writer = new SegmentObjectWriter(config, content, buffers)) {
            bucket.upload(KEY, writer);
            byte[] bytes = bucket.bytes(KEY);
            if (bytes.length != writer.objectBytes()) {
                throw new AssertionError(bytes.length + " bytes written, " + writer.objectBytes() + " counted");
            }
            return new Written(bytes, writer.index(), writer.footer(), bucket.partSizes());
        }
    }

    static SegmentObjectReader reader(byte[] bytes, Optional<KeyWrapper> keys) {
        MemoryBucket bucket = new MemoryBucket(Clock.system());
        bucket.hold(KEY, bytes);
        return new SegmentObjectReader(bucket, new ChunkDecoder(keys));
    }

    /** Returns keys from a file of as many as there are names, newest first; a name determines its key. */
    static KeyWrapper keys(Path directory, String... names) {
        try {
            StringBuilder lines = new StringBuilder("# test\n\n");
            for (String name : names) {
                byte[] key = new byte[KeyWrapper.DATA_KEY_BYTES];
                new Random(name.hashCode()).nextBytes(key);
                lines.append(name)
                        .append(' ')
                        .append(Base64.getEncoder().encodeToString(key))
                        .append('\n');
            }
            return KeyFile.read(Files.writeString(directory.resolve("keys"), lines), Ids.seeded(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
