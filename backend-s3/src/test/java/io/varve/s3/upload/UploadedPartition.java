// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.s3.manifest.RemoteSegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Offers a partition in memory for upload, as the tier does for a real one. Thread-safe. */
final class UploadedPartition implements UploadSource {
    private final MemoryStorage storage;
    private final PartitionStore hot;
    private final boolean compacted;
    private long generation;
    private volatile boolean copies = true;
    private volatile int uploaded;

    UploadedPartition(MemoryStorage storage, String topic, long epoch, boolean compacted) {
        this.storage = storage;
        this.compacted = compacted;
        hot = storage.open(new PartitionId(topic, new UUID(5, topic.hashCode()), 0), epoch, PartitionSettings.DEFAULT);
    }

    /** Appends a batch of records with values of this size, and makes it durable. */
    UploadedPartition append(int records, int valueBytes) {
        return append(records, new byte[valueBytes]);
    }

    /** Appends a record that does not compress. */
    UploadedPartition appendNoise(int valueBytes) {
        byte[] noise = new byte[valueBytes];
        new Random(hot.extent().readableEnd()).nextBytes(noise);
        return append(1, noise);
    }

    private UploadedPartition append(int records, byte[] value) {
        long base = hot.extent().readableEnd();
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE).baseOffset(base);
        for (int i = 0; i < records; i++) {
            builder.append(1000 + base + i, null, ByteBuffer.wrap(value), List.of());
        }
        long max = 1000 + base + records - 1;
        hot.append(new BatchRun(builder.build(), base, base + records, max, base + records - 1));
        storage.sync(List.of(hot));
        return this;
    }

    UploadedPartition seal() {
        hot.seal();
        return this;
    }

    /** Truncates as the tier does: no upload that began before is named after. */
    void truncateTo(long end) {
        change();
        hot.truncateTo(end);
    }

    /** Truncates after the bucket's part of it, as the tier does. */
    void truncateTo(long end, Runnable bucketFirst) {
        change();
        bucketFirst.run();
        hot.truncateTo(end);
    }

    private synchronized void change() {
        generation++;
    }

    /** Replaces the first sealed segments by one batch at their base. */
    void replace(int segments) {
        change();
        List<Segment> old = hot.segments().subList(0, segments);
        ByteBuffer cleaned = new RecordBatchBuilder(Codec.NONE)
                .baseOffset(old.get(0).baseOffset())
                .append(1000, null, ByteBuffer.allocate(7), List.of())
                .build();
        BatchRun run = new BatchRun(
                cleaned,
                old.get(0).baseOffset(),
                old.get(0).baseOffset() + 1,
                1000,
                old.get(0).baseOffset());
        boolean[] given = new boolean[1];
        hot.replace(old, () -> {
            BatchRun next = given[0] ? null : run;
            given[0] = true;
            return next;
        });
    }

    /** Stops copies to the bucket. */
    void stopCopies() {
        copies = false;
    }

    /** Returns how often the partition learned of an upload. */
    int uploads() {
        return uploaded;
    }

    @Override
    public PartitionId id() {
        return hot.id();
    }

    @Override
    public PartitionStore hot() {
        return hot;
    }

    @Override
    public boolean copies() {
        return copies;
    }

    @Override
    public boolean compacted() {
        return compacted;
    }

    @Override
    public long start() {
        return hot().extent().start();
    }

    @Override
    public long replacedBelow() {
        return 0;
    }

    @Override
    public synchronized long generation() {
        return generation;
    }

    @Override
    public synchronized Optional<CompletableFuture<Void>> ifUnchanged(
            long expected, Supplier<CompletableFuture<Void>> commit) {
        return generation == expected ? Optional.of(commit.get()) : Optional.empty();
    }

    @Override
    public void uploaded(RemoteSegment segment, long expected) {
        uploaded++;
    }

    @Override
    public boolean isCopy(RemoteSegment stored) {
        return true;
    }
}
