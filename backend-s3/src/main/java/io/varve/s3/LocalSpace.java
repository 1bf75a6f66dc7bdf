// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes space on a full disk: drops local copies of what the bucket has, and if that is not enough and the
 * operator allows it, gives up the oldest segments that are not uploaded. Thread-safe.
 */
final class LocalSpace {
    private static final Logger LOG = LoggerFactory.getLogger(LocalSpace.class);
    /** How long a search that freed nothing is not repeated. */
    private static final long PAUSE_NS = 500_000_000;

    private final S3Config.OnBacklogFull onBacklogFull;
    private final PartitionCatalog catalog;
    private final Clock clock;
    private long nothingSinceNs;
    private boolean nothing;

    LocalSpace(S3Config.OnBacklogFull onBacklogFull, PartitionCatalog catalog, Clock clock) {
        this.onBacklogFull = onBacklogFull;
        this.catalog = catalog;
        this.clock = clock;
    }

    /**
     * @param own the partition whose append was refused; the caller has its writer's lock, and no other's
     * @return the partition of which something went, so that there may be space: now, or after its next sync
     */
    Optional<S3Partition> make(S3Partition own) {
        if (own.dropLocal(Long.MAX_VALUE) > 0) {
            return Optional.of(own);
        }
        if (isWorthASearch()) {
            Optional<S3Partition> other = dropOthers(own);
            noteResult(other.isPresent());
            if (other.isPresent()) {
                return other;
            }
        }
        boolean given = onBacklogFull == S3Config.OnBacklogFull.DROP_OLDEST && giveUp(own);
        return given ? Optional.of(own) : Optional.empty();
    }

    private synchronized boolean isWorthASearch() {
        return !nothing || clock.nanos() - nothingSinceNs >= PAUSE_NS;
    }

    private synchronized void noteResult(boolean made) {
        nothing = !made;
        nothingSinceNs = clock.nanos();
    }

    /** Never waits for another writer, who may wait for this one. */
    private Optional<S3Partition> dropOthers(S3Partition own) {
        for (S3Partition other : catalog.opened()) {
            if (other != own && other.writer.tryLock()) {
                try {
                    if (other.dropLocal(Long.MAX_VALUE) > 0) {
                        return Optional.of(other);
                    }
                } catch (StorageException e) {
                    e.rethrowUnless(StorageException.Kind.CLOSED);
                } finally {
                    other.writer.unlock();
                }
            }
        }
        return Optional.empty();
    }

    private static boolean giveUp(S3Partition own) {
        if (own.settings().compacted() || own.settings().tiering() != Tiering.COPY) {
            return false; // nothing here waits for the bucket
        }
        PartitionStore hot = own.hot();
        Segment oldest = hot.segments().get(0);
        if (!oldest.sealed() || oldest.endOffset() > own.settings().firstPinned()) {
            return false;
        }
        LOG.warn(
                "{}: the disk is full, and the bucket does not take what is on it: records below {} that were not "
                        + "uploaded are given up ({} bytes; s3.on.backlog.full=drop-oldest)",
                own.id(),
                oldest.endOffset(),
                oldest.bytes());
        hot.trimTo(oldest.endOffset());
        own.gaveUp(oldest.endOffset());
        return true;
    }
}
