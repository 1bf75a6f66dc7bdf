// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.producer.ProducerSnapshot;
import io.varve.core.producer.ProducerStates;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rebuilds a partition's producer state: the newest snapshot that fits, then the batch headers after it. */
final class ProducerRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerRecovery.class);
    private static final int READ_BYTES = 1 << 20;

    /**
     * @param states the state at the readable end
     * @param snapshotOffset the offset the snapshot used is bound to, or the partition's start
     */
    record Recovered(ProducerStates states, long snapshotOffset) {}

    private ProducerRecovery() {}

    static Recovered recover(PartitionStore store) {
        Extent extent = store.extent();
        dropSnapshotsAbove(store.snapshots(), extent.readableEnd());
        long from = extent.start();
        ProducerStates states = new ProducerStates();
        Optional<Snapshots.Snapshot> newest = store.snapshots().newest(ProducerSnapshot.NAME, extent.readableEnd());
        // One from below the start leaves out batches that are trimmed by now: whoever wrote them is better not known.
        if (newest.isPresent() && newest.get().offset() >= from) {
            Optional<ProducerStates> read = ProducerSnapshot.read(newest.get().bytes());
            if (read.isPresent()) {
                states = read.get();
                from = newest.get().offset();
            }
        }
        try {
            replay(store, from, extent.readableEnd(), states);
        } catch (StorageException | InvalidBatchException e) {
            if (e instanceof StorageException storage && storage.kind() != StorageException.Kind.CORRUPT) {
                throw e;
            }
            // What is sound is served. A producer of whom too little is known would be refused for ever, one not known
            // is not.
            LOG.warn("{}: forgetting its idempotent producers, for there is damage: {}", store.id(), e.getMessage());
            states = new ProducerStates();
        }
        return new Recovered(states, from);
    }

    /** A snapshot above the end speaks of records a crash took back; others may come to stand at their offsets. */
    private static void dropSnapshotsAbove(Snapshots snapshots, long end) {
        List<Long> offsets = snapshots.offsets(ProducerSnapshot.NAME);
        for (long offset : offsets) {
            if (offset > end) {
                snapshots.delete(ProducerSnapshot.NAME, offset);
            }
        }
    }

    private static void replay(PartitionStore store, long from, long end, ProducerStates states) {
        long offset = from;
        while (offset < end) {
            try (BatchSlice slice = store.read(offset, end, READ_BYTES)) {
                if (slice.sizeInBytes() == 0) {
                    return; // only a gap lies before the end
                }
                ByteBuffer bytes = slice.buffer();
                int at = bytes.position();
                while (at < bytes.limit()) {
                    int size = BatchValidator.frame(bytes, at, bytes.limit());
                    if (BatchHeader.baseOffset(bytes, at) >= from) {
                        states.apply(bytes, at);
                    }
                    offset = BatchHeader.nextOffset(bytes, at);
                    at += size;
                }
            }
        }
    }
}
