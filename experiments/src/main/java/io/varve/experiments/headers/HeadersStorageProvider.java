// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.headers;

import io.varve.core.memory.BatchKeeper;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.memory.StoredBatch;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.experiments.batch.BatchShapes;
import io.varve.experiments.batch.SketchForm;
import java.nio.ByteBuffer;

/**
 * Opens a storage in memory that keeps a batch in the form of a sketch as the numbers of that sketch, some
 * 100 bytes, and makes its records again when they are read. Of any other batch, as compaction writes, it
 * keeps the bytes.
 */
public final class HeadersStorageProvider implements StorageProvider {
    private final BatchShapes shapes;
    private final long maxBytes;

    /** For a storage of whole batches: no sketch can name a shape. */
    public HeadersStorageProvider() {
        this(new BatchShapes());
    }

    /** @param shapes those that sketches name */
    public HeadersStorageProvider(BatchShapes shapes) {
        this(shapes, Long.MAX_VALUE);
    }

    /**
     * @param shapes those that sketches name
     * @param maxBytes bytes of batches that fit on the device that the storage stands for
     */
    public HeadersStorageProvider(BatchShapes shapes, long maxBytes) {
        this.shapes = shapes;
        this.maxBytes = maxBytes;
    }

    @Override
    public String name() {
        return "headers";
    }

    @Override
    public Storage open(StorageContext context) {
        return open(context.clock());
    }

    MemoryStorage open(Clock clock) {
        return new MemoryStorage(ReadableAt.AT_APPEND, clock, this::keep, maxBytes);
    }

    private StoredBatch keep(ByteBuffer run, int at, int size) {
        return SketchForm.is(run, at, size)
                ? new SketchedBatch(
                        BatchHeader.baseOffset(run, at),
                        BatchHeader.leaderEpoch(run, at),
                        SketchForm.read(run, at, shapes))
                : BatchKeeper.BYTES.keep(run, at, size);
    }
}
