// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.object.ChunkCodec;
import io.varve.s3.object.ChunkDecoder;
import io.varve.s3.object.SegmentWriterConfig;
import java.nio.file.Path;
import java.util.Optional;

/** Wires a reader for tests, with sizes that suit small logs. */
final class ReadRig implements AutoCloseable {
    static final SegmentWriterConfig CHUNKS_OF_4K =
            new SegmentWriterConfig(SegmentWriterConfig.MIN_CHUNK, ChunkCodec.NONE, Optional.empty());
    static final int MIB = 1 << 20;

    private final Scheduler scheduler = new SystemScheduler(1);
    final RemoteReader reader;

    private ReadRig(ObjectStore store, ReadConfig config, boolean named) {
        reader = new RemoteReader(
                config, store, new ChunkDecoder(Optional.empty()), object -> named, Clock.system(), scheduler);
    }

    static ReadRig of(ObjectStore store, ReadConfig config) {
        return new ReadRig(store, config, true);
    }

    /** Makes a reader whose manifest names no object. */
    static ReadRig unnamed(ObjectStore store, ReadConfig config) {
        return new ReadRig(store, config, false);
    }

    /** Returns a configuration with neither a cache on disk nor read-ahead. */
    static ReadConfig plain(Path directory) {
        return new ReadConfig(directory.resolve("s3-cache"), 0, 4 * MIB, 4 * MIB, 4, 0, true);
    }

    static ReadConfig withDisk(Path directory, long diskBytes, long memoryBytes) {
        return new ReadConfig(directory.resolve("s3-cache"), diskBytes, memoryBytes, 4 * MIB, 4, 0, true);
    }

    static ReadConfig withPrefetch(Path directory, int prefetchBytes) {
        return new ReadConfig(directory.resolve("s3-cache"), 0, 4 * MIB, 8 * MIB, 4, prefetchBytes, true);
    }

    @Override
    public void close() {
        reader.close();
        scheduler.close();
    }
}
