// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BufferSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads what a specimen has in its bucket. */
final class TierReads {
    private final TieredMemoryStorage storage;
    private final TieredMemoryStore store;

    TierReads(TieredMemoryStorage storage, TieredMemoryStore store) {
        this.storage = storage;
        this.store = store;
    }

    /** Reads at the last moment. */
    private record LateBytes(int sizeInBytes, Supplier<BatchSlice> read) implements BatchSlice {
        @Override
        public ByteBuffer buffer() {
            return read.get().buffer();
        }

        @Override
        public Optional<FileRegion> fileRegion() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    List<TierManifest.Copy> remoteOnly() {
        if (store.isDropping()) {
            return List.of();
        }
        long base = store.hot.segments().get(0).baseOffset();
        return store.remote().copies.headMap(base).values().stream()
                .filter(copy -> copy.segment().endOffset() > store.start())
                .toList();
    }

    /** Drops this machine's snapshots up to an offset, as a flaw does. */
    void dropSnapshots(long upTo) {
        Snapshots snapshots = store.hot.snapshots();
        for (String name : snapshots.names()) {
            List.copyOf(snapshots.offsets(name)).stream()
                    .filter(offset -> offset <= upTo)
                    .forEach(offset -> snapshots.delete(name, offset));
        }
    }

    boolean isRemote(long offset) {
        List<TierManifest.Copy> remote = remoteOnly();
        return !remote.isEmpty()
                && offset < remote.get(remote.size() - 1).segment().endOffset();
    }

    List<ByteBuffer> hotBatches(Segment segment) {
        List<ByteBuffer> batches = new ArrayList<>();
        long offset = Math.max(segment.baseOffset(), store.hot.extent().start());
        while (true) {
            try (BatchSlice slice = store.hot.read(offset, segment.endOffset(), 0)) {
                if (slice.sizeInBytes() == 0) {
                    return batches;
                }
                batches.add(slice.buffer());
                offset = BatchHeader.nextOffset(slice.buffer(), 0);
            }
        }
    }

    /** Of what was cut, or begins here in its middle, not all batches can be compared. */
    boolean isSame(Segment segment, TierManifest.Copy copy) {
        return copy.content() == 0
                || store.hot.extent().start() > segment.baseOffset()
                || storage.flaw == TierFlaw.TAKES_OTHER_RECORDS_FOR_A_COPY
                || storage.flaw == TierFlaw.TAKES_AN_OLD_COPY_FOR_WHAT_WAS_WRITTEN_AGAIN
                || hotBatches(segment).hashCode() == copy.content();
    }

    /** @throws StorageException RETRY if they are not whole and sound */
    List<ByteBuffer> batches(TierManifest.Copy copy) {
        List<ByteBuffer> batches = storage.bucket.get(copy.object());
        long bytes = 0;
        for (ByteBuffer batch : batches) {
            bytes += batch.remaining();
            if (storage.flaw != TierFlaw.TRUSTS_EVERY_ANSWER) {
                requireSound(copy, batch);
            }
        }
        boolean whole = copy.segment().endOffset() != copyEnd(copy)
                || bytes == copy.segment().bytes();
        if (!whole && storage.flaw != TierFlaw.TAKES_A_CUT_ANSWER_FOR_THE_END) {
            throw new StorageException(StorageException.Kind.RETRY, copy + ": " + bytes + " bytes came");
        }
        return batches.stream()
                .filter(batch ->
                        BatchHeader.nextOffset(batch, 0) <= copy.segment().endOffset())
                .toList();
    }

    /** Where the object ends: beyond the segment, if that was cut. */
    private long copyEnd(TierManifest.Copy copy) {
        List<ByteBuffer> all = storage.bucket.objects.get(copy.object());
        long sum = all.stream().mapToLong(ByteBuffer::remaining).sum();
        return sum == copy.segment().bytes() ? copy.segment().endOffset() : -1;
    }

    private static void requireSound(TierManifest.Copy copy, ByteBuffer batch) {
        try {
            BatchValidator.validate(batch, batch.position(), batch.limit());
        } catch (InvalidBatchException e) {
            throw new StorageException(StorageException.Kind.RETRY, copy + ": " + e.getMessage(), e);
        }
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        BatchSlice slice = readNow(offset, endOffset, maxBytes);
        return storage.flaw == TierFlaw.READS_WHEN_BYTES_ARE_ASKED_FOR
                ? new LateBytes(slice.sizeInBytes(), () -> readNow(offset, endOffset, maxBytes))
                : slice;
    }

    private BatchSlice readNow(long offset, long endOffset, int maxBytes) {
        for (TierManifest.Copy copy : remoteOnly()) {
            if (copy.segment().endOffset() > offset) {
                ByteBuffer found = ByteBuffer.allocate((int) copy.segment().bytes());
                for (ByteBuffer batch : batches(copy)) {
                    boolean ends = BatchHeader.nextOffset(batch, 0) > endOffset
                            && storage.flaw != TierFlaw.IGNORES_THE_END_OF_A_READ;
                    if (ends || found.position() > 0 && found.position() + batch.remaining() > maxBytes) {
                        return new BufferSlice(found.flip());
                    }
                    boolean gap = found.position() == 0 && BatchHeader.baseOffset(batch, 0) > offset;
                    if (gap && storage.flaw == TierFlaw.FINDS_NOTHING_IN_A_GAP) {
                        return new BufferSlice(found.flip());
                    }
                    if (BatchHeader.nextOffset(batch, 0) > offset) {
                        found.put(batch.duplicate());
                    }
                }
                if (found.position() > 0 || storage.flaw == TierFlaw.ENDS_AT_A_GAP) {
                    return new BufferSlice(found.flip());
                }
            }
        }
        return store.hot.read(Math.max(offset, store.hot.extent().start()), endOffset, maxBytes);
    }

    OffsetAt offsetAt(long timestamp, long start) {
        for (TierManifest.Copy copy : remoteOnly()) {
            if (copy.segment().maxTimestamp() >= timestamp) {
                for (ByteBuffer batch : batches(copy)) {
                    if (BatchHeader.maxTimestamp(batch, 0) >= timestamp && BatchHeader.nextOffset(batch, 0) > start) {
                        return new OffsetAt(BatchHeader.baseOffset(batch, 0), BatchHeader.maxTimestamp(batch, 0));
                    }
                }
            }
        }
        return null;
    }

    /**
     * @return the copies that are left when everything from an offset on goes; what is here too is copied
     * again
     */
    List<TierManifest.Copy> cutAt(long end, long hotBase) {
        List<TierManifest.Copy> left = new ArrayList<>();
        for (TierManifest.Copy copy : store.remote().copies.values()) {
            Segment segment = copy.segment();
            if (segment.endOffset() <= end) {
                left.add(copy);
            } else if (segment.baseOffset() < end && segment.baseOffset() < hotBase) {
                List<ByteBuffer> kept = batches(copy).stream()
                        .filter(batch -> BatchHeader.nextOffset(batch, 0) <= end)
                        .toList();
                if (!kept.isEmpty()) {
                    left.add(new TierManifest.Copy(cut(segment, kept), copy.object(), copy.firstTimestamp(), 0));
                }
            }
        }
        return left;
    }

    private static Segment cut(Segment segment, List<ByteBuffer> kept) {
        ByteBuffer last = kept.get(kept.size() - 1);
        return new Segment(
                segment.baseOffset(),
                BatchHeader.nextOffset(last, 0),
                kept.stream().mapToLong(ByteBuffer::remaining).sum(),
                kept.stream()
                        .mapToLong(batch -> BatchHeader.maxTimestamp(batch, 0))
                        .max()
                        .orElse(-1),
                segment.lastAppendMs(),
                true,
                Segment.Tier.REMOTE);
    }
}
