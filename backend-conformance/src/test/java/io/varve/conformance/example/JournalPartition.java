// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.core.spi.support.Fencing;
import io.varve.core.spi.support.SegmentLookup;
import io.varve.core.spi.support.SegmentRoll;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A journal and what follows from it. Every change is an entry first and is then applied; a start applies
 * them all again. Its caller holds its monitor, save in {@link #force}.
 */
final class JournalPartition {
    private static final byte CREATED = 1;
    private static final byte APPENDED = 2;
    private static final byte TRIMMED = 3;
    private static final byte TRUNCATED = 4;
    private static final byte REPLACED = 5;
    private static final byte BLOB = 6;
    private static final byte BLOB_DELETED = 7;
    private static final byte SYNCED = 8;
    private static final byte SEALED = 9;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final NavigableMap<String, NavigableMap<Long, byte[]>> blobs = new TreeMap<>();
    private final Journal journal;
    private PartitionId id;
    private List<JournalSegment> parts = new ArrayList<>(List.of(new JournalSegment(0)));
    private long start;
    /** The start the journal knows of. */
    private long journaledStart;

    private long end;
    private long durableEnd;
    /** Counts changes to what was appended, so that a sync knows what it has made durable. */
    private long changes;

    /** Who may use it; there once the id is known. */
    Fencing fencing;

    private JournalPartition(Path file, FailPoints failPoints) throws IOException {
        this.journal = new Journal(file, failPoints);
    }

    static JournalPartition create(Path file, PartitionId id, FailPoints failPoints) throws IOException {
        JournalPartition created = new JournalPartition(file, failPoints);
        created.named(id);
        long most = id.topicId().getMostSignificantBits();
        long least = id.topicId().getLeastSignificantBits();
        ByteBuffer name = ByteBuffer.wrap(id.topic().getBytes(StandardCharsets.UTF_8));
        try {
            created.journal.write(CREATED, most, least, 0, id.partition(), name);
            created.journal.force();
            return created;
        } catch (StorageException e) {
            created.delete();
            throw e;
        }
    }

    /** @return the partition of a journal; one without an id was never created to the end */
    static JournalPartition load(Path file, FailPoints failPoints, boolean writesAgain) throws IOException {
        JournalPartition loaded = new JournalPartition(file, failPoints);
        loaded.journal.replay(SYNCED, loaded::apply, writesAgain);
        loaded.durableEnd = loaded.end;
        loaded.journaledStart = loaded.start;
        loaded.dropBlobsAboveEnd();
        return loaded;
    }

    private void apply(Journal.Entry entry) {
        switch (entry.type()) {
            case CREATED ->
                // A body that cannot be trusted makes this throw: without its name a partition is nothing.
                named(new PartitionId(
                        StandardCharsets.UTF_8.decode(entry.body()).toString(),
                        new UUID(entry.a(), entry.b()),
                        entry.d()));
            case APPENDED -> applyAppend(entry);
            case TRIMMED -> applyTrim(entry.a());
            case TRUNCATED -> applyTruncation(entry.a());
            case REPLACED -> applyReplacement(entry);
            case BLOB -> applyBlob(entry);
            case BLOB_DELETED -> applyBlobDeletion(entry);
            case SEALED -> parts.add(new JournalSegment(end));
            default -> {} // SYNCED
        }
    }

    private void named(PartitionId name) {
        id = name;
        fencing = new Fencing(name);
    }

    PartitionId id() {
        return id;
    }

    Extent extent() {
        return new Extent(start, end, Math.min(durableEnd, end));
    }

    // Appending

    /** An entry says in c both when it was appended and, by its last bit, whether it begins a segment. */
    void append(BatchRun run, SegmentLimits limits, long now) {
        run.requireAtOrAbove(id, end);
        journalStart();
        long ends = now << 1 | (isFull(run, limits, now) ? 1 : 0);
        long at = journal.write(APPENDED, run.baseOffset(), run.nextOffset(), ends, 0, run.bytes());
        applyAppend(entry(APPENDED, run.baseOffset(), run.nextOffset(), ends, at, run.bytes()));
    }

    void seal() {
        if (!parts.get(parts.size() - 1).batches.isEmpty()) {
            journalStart();
            journal.write(SEALED, end, 0, 0, 0, NOTHING);
            parts.add(new JournalSegment(end));
        }
    }

    private static Journal.Entry entry(byte type, long a, long b, long c, long at, ByteBuffer body) {
        return new Journal.Entry(type, a, b, c, 0, at, body.slice());
    }

    private boolean isFull(BatchRun run, SegmentLimits limits, long now) {
        JournalSegment active = parts.get(parts.size() - 1);
        long first = active.batches.isEmpty() ? -1 : active.batches.get(0).maxTimestamp();
        return SegmentRoll.isDue(limits, active.bytes(), first, active.firstAppendMs, run, now);
    }

    private void applyAppend(Journal.Entry entry) {
        if ((entry.c() & 1) == 1) {
            parts.add(new JournalSegment(end));
        }
        JournalSegment active = parts.get(parts.size() - 1);
        addBatches(active, entry, entry.a(), entry.b());
        active.lastAppendMs = entry.c() >> 1;
        active.firstAppendMs = active.firstAppendMs < 0 ? active.lastAppendMs : active.firstAppendMs;
        end = entry.b();
    }

    private static void addBatches(JournalSegment part, Journal.Entry entry, long from, long to) {
        ByteBuffer bytes = entry.body();
        if (bytes == null) { // damaged: reads of it will find that out
            part.batches.add(new JournalBatch(from, to, -1, entry.at(), -entry.d()));
            return;
        }
        for (int in = 0; in < bytes.limit(); in += BatchHeader.sizeInBytes(bytes, in)) {
            part.batches.add(new JournalBatch(
                    BatchHeader.baseOffset(bytes, in),
                    BatchHeader.nextOffset(bytes, in),
                    BatchHeader.maxTimestamp(bytes, in),
                    entry.at() + in,
                    BatchHeader.sizeInBytes(bytes, in)));
        }
    }

    // Reading

    /** @return the batches to hand out, which lie in one segment */
    List<JournalBatch> find(long offset, long endOffset, int maxBytes) {
        ContractChecks.requireReadable(id, offset, maxBytes, start, end);
        List<JournalBatch> found = new ArrayList<>();
        long size = 0;
        for (JournalSegment part : parts) {
            for (JournalBatch batch : part.batches) {
                boolean wanted = batch.next() > offset && batch.next() <= endOffset;
                if (wanted && (found.isEmpty() || size + batch.size() <= maxBytes)) {
                    found.add(batch);
                    size += batch.size();
                } else if (batch.next() > offset) {
                    return found;
                }
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        return found;
    }

    /** Needs no lock: the journal only grows, so what lies at a position stays there. */
    ByteBuffer bytes(JournalBatch batch) throws IOException {
        return journal.readBytes(batch.at(), batch.size());
    }

    OffsetAt offsetAt(long timestamp) {
        return parts.stream()
                .flatMap(part -> part.batches.stream())
                .filter(batch -> batch.next() > start && batch.maxTimestamp() >= timestamp)
                .findFirst()
                .map(batch -> new OffsetAt(batch.base(), batch.maxTimestamp()))
                .orElse(null);
    }

    List<Segment> segments() {
        List<Segment> list = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            boolean sealed = i + 1 < parts.size();
            list.add(parts.get(i).describe(sealed ? parts.get(i + 1).base : end, sealed));
        }
        return list;
    }

    // Trimming, truncating, replacing

    /** Needs no space: the journal learns of it with the next write or sync. */
    void trimTo(long to) {
        if (to > start) {
            applyTrim(to);
        }
    }

    private void journalStart() {
        if (start != journaledStart) {
            journal.write(TRIMMED, start, 0, 0, 0, NOTHING);
            journaledStart = start;
        }
    }

    private void applyTrim(long to) {
        if (to >= end) {
            emptyAt(to);
            return;
        }
        start = to;
        while (parts.size() > 1 && parts.get(1).base <= to) {
            parts.remove(0);
        }
    }

    void truncateTo(long to) {
        ContractChecks.requireTruncation(id, to);
        if (to < end) {
            journalStart();
            journal.write(TRUNCATED, to, 0, 0, 0, NOTHING);
            journal.force();
            applyTruncation(to);
            journaledStart = start;
        }
    }

    private void applyTruncation(long to) {
        changes++;
        parts.replaceAll(part -> part.upTo(to));
        while (parts.size() > 1 && parts.get(parts.size() - 1).batches.isEmpty()) {
            parts.remove(parts.size() - 1);
        }
        end = parts.get(parts.size() - 1).end();
        if (end <= start) {
            emptyAt(Math.min(to, start));
        }
        durableEnd = Math.min(durableEnd, end);
        dropBlobsAboveEnd();
    }

    private void dropBlobsAboveEnd() {
        blobs.values().forEach(offsets -> offsets.tailMap(end, false).clear());
    }

    private void emptyAt(long offset) {
        changes++;
        parts = new ArrayList<>(List.of(new JournalSegment(offset)));
        start = offset;
        end = offset;
        durableEnd = offset;
    }

    /** @return what a replacement is to replace */
    List<JournalSegment> sealed(List<Segment> old) {
        int first = SegmentLookup.requireRun(id, segments(), old);
        return List.copyOf(parts.subList(first, first + old.size()));
    }

    /** Needs no lock, for it touches nothing of the partition: nobody waits for the source. */
    ByteBuffer gather(List<Segment> old, BatchSource cleaned) {
        long oldEnd = old.get(old.size() - 1).endOffset();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long next = old.get(0).baseOffset();
        for (BatchRun run = cleaned.next(); run != null; run = cleaned.next()) {
            next = ContractChecks.requireReplacement(id, run, next, oldEnd);
            byte[] bytes = new byte[run.bytes().remaining()];
            run.bytes().duplicate().get(bytes);
            all.writeBytes(bytes);
        }
        return ByteBuffer.wrap(all.toByteArray());
    }

    /** A trim or truncation that took something of what is replaced leaves other parts. */
    void replace(List<JournalSegment> replaced, ByteBuffer body) {
        int first = parts.indexOf(replaced.get(0));
        int after = first + replaced.size();
        if (first < 0 || after >= parts.size() || !parts.subList(first, after).equals(replaced)) {
            throw new StorageException(
                    StorageException.Kind.RETRY, id + ": what was to be replaced was trimmed or truncated meanwhile");
        }
        long oldEnd = parts.get(after).base;
        journalStart();
        long at = journal.write(REPLACED, first, after, 0, 0, body);
        journal.force();
        applyReplacement(entry(REPLACED, first, after, 0, at, body));
        durableEnd = Math.max(durableEnd, oldEnd);
    }

    private void applyReplacement(Journal.Entry entry) {
        JournalSegment together = new JournalSegment(parts.get((int) entry.a()).base);
        addBatches(together, entry, together.base, parts.get((int) entry.b()).base);
        List<JournalSegment> old = parts.subList((int) entry.a(), (int) entry.b());
        together.lastAppendMs =
                old.stream().mapToLong(part -> part.lastAppendMs).max().orElse(-1);
        old.clear();
        parts.add((int) entry.a(), together);
    }

    // Blobs

    void writeBlob(String name, long offset, ByteBuffer bytes) {
        byte[] words = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(words.length + bytes.remaining());
        body.put(words).put(bytes.duplicate()).flip();
        journal.write(BLOB, offset, words.length, 0, 0, body);
        applyBlob(entry(BLOB, offset, words.length, 0, 0, body));
    }

    private void applyBlob(Journal.Entry entry) {
        if (entry.body() != null) { // else it cannot be trusted: there is none
            ByteBuffer body = entry.body();
            byte[] content = new byte[body.limit() - (int) entry.b()];
            body.get((int) entry.b(), content);
            blobs(text(body.duplicate().limit((int) entry.b()))).put(entry.a(), content);
        }
    }

    void deleteBlob(String name, long offset) {
        journal.write(BLOB_DELETED, offset, 0, 0, 0, ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)));
        blobs(name).remove(offset);
    }

    private void applyBlobDeletion(Journal.Entry entry) {
        if (entry.body() != null) {
            blobs(text(entry.body())).remove(entry.a());
        }
    }

    Set<String> blobNames() {
        Set<String> names = new HashSet<>(blobs.keySet());
        names.removeIf(name -> blobs.get(name).isEmpty());
        return names;
    }

    NavigableMap<Long, byte[]> blobs(String name) {
        return blobs.computeIfAbsent(name, unused -> new TreeMap<>());
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate().rewind()).toString();
    }

    // Durability

    /** Appends and reads go on meanwhile: what was there when the force began is durable when it ends. */
    void sync() {
        try {
            syncWhatIsThere();
        } catch (StorageException e) {
            fencing.requirePresent(); // it may have ended under the force
            throw e;
        }
    }

    private void syncWhatIsThere() {
        while (true) {
            long reached;
            long before;
            synchronized (this) {
                journalStart();
                reached = end;
                before = changes;
            }
            journal.force();
            synchronized (this) {
                if (before == changes) {
                    durableEnd = Math.max(durableEnd, reached);
                    journal.write(SYNCED, 0, 0, 0, 0, NOTHING);
                    return;
                }
            }
        }
    }

    void close() throws IOException {
        journal.close();
    }

    void delete() throws IOException {
        journal.delete();
    }
}
