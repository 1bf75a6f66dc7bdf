// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.Tiering;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Opens a tier that drops local copies when their object is stored, and before the manifest names it. A kill
 * or a power cut in between takes the records.
 */
public final class RashDropProvider extends HastyS3Provider {
    private static final long BETWEEN_NANOS = 30_000_000;

    @Override
    Storage openHasty(StorageContext context) {
        AtomicReference<S3Storage> opened = new AtomicReference<>();
        context.failPoints().arm("s3.upload.stored", () -> {
            S3Storage storage = opened.get();
            if (storage != null) {
                storage.catalog.opened().forEach(RashDropProvider::dropNext);
                LockSupport.parkNanos(BETWEEN_NANOS);
            }
        });
        S3Storage storage = (S3Storage) super.openHasty(context);
        opened.set(storage);
        return storage;
    }

    /** Drops what the bucket has, and the one segment that it gets next. */
    private static void dropNext(S3Partition partition) {
        if (partition.settings().compacted()
                || partition.settings().tiering() != Tiering.COPY
                || !partition.uploads().copies()) {
            return;
        }
        if (!partition.writer.tryLock()) {
            return;
        }
        try {
            long remoteEnd = partition.remote().end();
            long durable = partition.hot().extent().durableEnd();
            for (Segment segment : partition.hot().segments()) {
                if (!segment.sealed() || segment.endOffset() > durable) {
                    return;
                }
                drop(partition, segment.endOffset());
                if (segment.endOffset() > remoteEnd) {
                    return;
                }
            }
        } finally {
            partition.writer.unlock();
        }
    }

    private static void drop(S3Partition partition, long upTo) {
        long from = partition.hot().extent().start();
        if (partition.tieredStart().isAsHot()) {
            partition.tieredStart().begin(from);
        }
        partition.hot().trimTo(upTo);
    }
}
