// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.BufferSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.List;

/** A handle on the reference that knows of its device's faults. */
class MutatedStore implements PartitionStore {
    final MutatedStorage storage;
    PartitionStore sound;

    MutatedStore(MutatedStorage storage, PartitionStore sound) {
        this.storage = storage;
        this.sound = sound;
    }

    @Override
    public PartitionId id() {
        return sound.id();
    }

    @Override
    public Extent extent() {
        return sound.extent();
    }

    @Override
    public void settings(PartitionSettings settings) {
        sound.settings(settings);
    }

    @Override
    public void append(BatchRun run) {
        storage.requireSound(id());
        storage.requireRoom(id());
        sound.append(run);
    }

    @Override
    public void seal() {
        storage.requireSound(id());
        sound.seal();
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        BatchSlice slice = sound.read(offset, endOffset, maxBytes);
        return storage.device.isDamaged(id()) ? upToDamage(slice) : slice;
    }

    private BatchSlice upToDamage(BatchSlice slice) {
        ByteBuffer bytes = slice.buffer();
        int at = 0;
        while (at < bytes.limit() && !storage.device.isDamaged(id(), BatchHeader.baseOffset(bytes, at))) {
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        if (at == 0 && bytes.hasRemaining()) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT, id() + ": damaged at offset " + BatchHeader.baseOffset(bytes, 0));
        }
        return new BufferSlice(bytes.slice(0, at));
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        return sound.offsetAt(timestamp);
    }

    @Override
    public List<Segment> segments() {
        return sound.segments();
    }

    @Override
    public void trimTo(long start) {
        sound.trimTo(start);
    }

    @Override
    public void truncateTo(long end) {
        sound.truncateTo(end);
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        sound.replace(old, cleaned);
    }

    @Override
    public Snapshots snapshots() {
        return sound.snapshots();
    }

    @Override
    public void close() {
        sound.close();
    }
}
