// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Tells what the background work of an open tier has left to do. */
final class SettledTier {
    private final S3Storage storage;

    SettledTier(S3Storage storage) {
        this.storage = storage;
    }

    /**
     * @param objects lists the data objects in the bucket, with the storage's prefix
     * @return the first thing that is left to do
     */
    Optional<String> left(Supplier<Set<String>> objects) {
        LocalJournal journal = storage.parts.journal();
        if (!journal.removals(false).isEmpty() || !journal.removals(true).isEmpty()) {
            return Optional.of("removals " + journal.removals(false) + journal.removals(true));
        }
        for (S3Partition partition : storage.catalog.opened()) {
            try {
                Optional<String> left = left(partition, journal);
                if (left.isPresent()) {
                    return left;
                }
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.CLOSED);
            }
        }
        return unnamed(objects.get());
    }

    private static Optional<String> left(S3Partition partition, LocalJournal journal) {
        RemoteView remote = partition.remote();
        long from = partition.hot().extent().start();
        long durable = partition.hot().extent().durableEnd();
        if (journal.start(partition.id()).isPresent() && !remote.isEmpty()) {
            return Optional.of("the start of " + partition.id());
        }
        for (Segment segment : partition.hot().segments()) {
            boolean copied = remote.holds(segment, from);
            // What was replaced waits for what is newer.
            boolean waits = partition.uploads().compacted()
                    && segment.endOffset() <= remote.end()
                    && remote.end() < partition.hot().extent().readableEnd();
            boolean due = segment.sealed()
                    && segment.endOffset() <= durable
                    && partition.uploads().copies()
                    && !waits;
            if (due && !copied || copied && partition.settings().tiering() == Tiering.OFF) {
                return Optional.of(segment + " of " + partition.id());
            }
        }
        return Optional.empty();
    }

    private Optional<String> unnamed(Set<String> objects) {
        Set<String> named = new HashSet<>();
        for (RemotePartition partition : storage.parts.manifest().partitions()) {
            partition.segments().stream().map(RemoteSegment::key).forEach(named::add);
        }
        Set<String> stored = new HashSet<>();
        objects.forEach(key -> stored.add(key.substring(key.indexOf("/data/") + 1)));
        if (stored.equals(named)) {
            return Optional.empty();
        }
        return Optional.of("objects " + stored + ", named are " + named);
    }
}
