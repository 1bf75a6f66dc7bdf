// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Crc32c;
import io.varve.core.spi.BatchSlice;
import io.varve.s3.client.UploadParts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a sealed segment as an object, part by part. A batch is copied once, from the hot partition's slice
 * into the part, where compression will probably save nothing and there is no encryption; else into a buffer
 * that those read. The bytes in flight are bounded by the {@link PartBuffers}. {@link #next} and
 * {@link #close} belong to one thread, {@link #release} to any.
 */
public final class SegmentObjectWriter implements UploadParts, AutoCloseable {
    private final SegmentWriterConfig config;
    private final SegmentContent content;
    private final PartBuffers parts;
    private final BatchSurvey survey;
    private final ChunkEncoder encoder;
    private final ScratchBuffer plain = new ScratchBuffer();
    private final ScratchBuffer spill = new ScratchBuffer();
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<StoredBlob> blobs = new ArrayList<>();
    /** What did not fit into the last part. */
    private ByteBuffer overflow = ByteBuffer.allocate(0);

    private Step step = Step.HEADER;
    private long position;
    private SegmentIndex index;
    private SegmentFooter footer;

    private enum Step {
        HEADER,
        CHUNKS,
        BLOBS,
        INDEX,
        DONE
    }

    /**
     * @param config how objects are written
     * @param content what is written
     * @param parts buffers of parts; of no other upload at the same time
     * @throws io.varve.core.spi.StorageException RETRY if the key service cannot be reached
     */
    public SegmentObjectWriter(SegmentWriterConfig config, SegmentContent content, PartBuffers parts) {
        this.config = config;
        this.content = content;
        this.parts = parts;
        survey = new BatchSurvey(content.partition(), content.baseOffset(), content.endOffset());
        encoder = new ChunkEncoder(config, content.object());
    }

    /**
     * {@inheritDoc}
     *
     * @throws io.varve.core.spi.StorageException CORRUPT if the batches are not sound; what the reader of
     *     batches throws; CLOSED after {@link PartBuffers#close}
     */
    @Override
    public ByteBuffer next() {
        if (step == Step.DONE && !overflow.hasRemaining()) {
            return null;
        }
        ByteBuffer part = parts.take();
        boolean filled = false;
        try {
            put(overflow, part);
            while (!overflow.hasRemaining() && step != Step.DONE && part.position() < MIN_PART) {
                write(part);
            }
            filled = true;
            return part.flip();
        } finally {
            if (!filled) {
                parts.release(part);
            }
        }
    }

    @Override
    public void release(ByteBuffer part) {
        parts.release(part);
    }

    /** @return the index, once {@link #next} has returned the last part */
    public SegmentIndex index() {
        return index;
    }

    /** @return the footer, once {@link #next} has returned the last part */
    public SegmentFooter footer() {
        return footer;
    }

    /** @return size of the object in bytes, once {@link #next} has returned the last part */
    public long objectBytes() {
        return position;
    }

    private void write(ByteBuffer part) {
        switch (step) {
            case HEADER -> {
                part.putInt(SegmentFormat.MAGIC).putInt(SegmentFormat.VERSION);
                position = SegmentFormat.HEADER_BYTES;
                step = Step.CHUNKS;
            }
            case CHUNKS -> {
                if (!writeChunk(part)) {
                    step = Step.BLOBS;
                }
            }
            case BLOBS -> {
                if (blobs.size() == content.blobs().size()) {
                    step = Step.INDEX;
                } else {
                    writeBlob(content.blobs().get(blobs.size()), part);
                }
            }
            case INDEX -> {
                writeIndex(part);
                step = Step.DONE;
            }
            default -> throw new IllegalStateException("write in step " + step);
        }
    }

    /** Returns false if there is no more batch. */
    private boolean writeChunk(ByteBuffer part) {
        try (BatchSlice first = read(config.chunkBytes())) {
            int bytes = first.sizeInBytes();
            if (bytes == 0) {
                return false;
            }
            boolean compressed = isCompressed(first);
            int needed = Math.max(bytes, config.chunkBytes());
            boolean asIs = encoder.expectsAsIs(compressed) && part.remaining() >= needed + encoder.overhead();
            ByteBuffer into = asIs ? part : plain.clear(needed);
            int start = into.position();
            into.limit(start + needed);
            copy(first, into);
            BatchSurvey.Run run = survey.take(into, start, into.position());
            run = fill(into, run);
            int total = into.position() - start;
            into.limit(into.capacity());
            ByteBuffer batches = into.duplicate().flip().position(start);
            boolean compress = encoder.isWorthCompressing(batches, compressed);
            if (asIs && !compress) {
                ChunkEncoder.putCrc(part, start);
                add(run, total, total + encoder.overhead(), ChunkCodec.NONE);
            } else {
                encode(run, batches, compress, into == part ? start : -1, part);
            }
            return true;
        }
    }

    /** A storage may return less than it was asked for: reads on until the chunk is at least half full. */
    private BatchSurvey.Run fill(ByteBuffer into, BatchSurvey.Run first) {
        BatchSurvey.Run run = first;
        while (into.remaining() > config.chunkBytes() / 2) {
            try (BatchSlice slice = read(into.remaining())) {
                int bytes = slice.sizeInBytes();
                if (bytes == 0 || bytes > into.remaining()) {
                    return run;
                }
                int at = into.position();
                copy(slice, into);
                BatchSurvey.Run more = survey.take(into, at, at + bytes);
                run = new BatchSurvey.Run(
                        run.baseOffset(), more.endOffset(), Math.max(run.maxTimestamp(), more.maxTimestamp()));
            }
        }
        return run;
    }

    /**
     * @param inPart where the batches, whose place the chunk takes, begin in the part; -1 if elsewhere
     */
    private void encode(BatchSurvey.Run run, ByteBuffer batches, boolean compress, int inPart, ByteBuffer part) {
        int bound = encoder.bound(batches.remaining());
        ByteBuffer into = inPart < 0 && part.remaining() >= bound ? part : spill.clear(bound);
        int start = into.position();
        ChunkCodec codec = encoder.encode(ChunkCipher.Kind.CHUNK, chunks.size(), batches, compress, into);
        add(run, batches.remaining(), into.position() - start, codec);
        if (into != part) {
            part.position(inPart < 0 ? part.position() : inPart);
            put(into.flip(), part);
        }
    }

    private void add(BatchSurvey.Run run, int bytes, int stored, ChunkCodec codec) {
        chunks.add(new Chunk(
                chunks.size(), run.baseOffset(), run.endOffset(), run.maxTimestamp(), position, stored, bytes, codec));
        position += stored;
    }

    private void writeBlob(SegmentContent.SegmentBlob blob, ByteBuffer part) {
        ByteBuffer bytes = blob.bytes().duplicate();
        int crc = Crc32c.of(bytes);
        ByteBuffer copy = plain.clear(bytes.remaining()).put(bytes).flip();
        ByteBuffer into = spill.clear(encoder.bound(copy.remaining()));
        ChunkCodec codec = encoder.encode(ChunkCipher.Kind.BLOB, blobs.size(), copy, true, into);
        int stored = into.flip().remaining();
        blobs.add(new StoredBlob(
                blobs.size(), blob.name(), blob.offset(), position, stored, copy.remaining(), codec, crc));
        position += stored;
        put(into, part);
    }

    private void writeIndex(ByteBuffer part) {
        index = SegmentIndex.of(encoder.key(), survey.contentCrc(), chunks, blobs);
        ByteBuffer encoded = index.encoded();
        footer = new SegmentFooter(
                content.object(),
                content.partition(),
                content.baseOffset(),
                content.endOffset(),
                survey.bytes(),
                survey.firstTimestamp(),
                survey.maxTimestamp(),
                content.lastAppendMs(),
                position,
                encoded.remaining(),
                Crc32c.of(encoded));
        ByteBuffer end = footer.encode();
        position += encoded.remaining() + end.remaining();
        ByteBuffer both = spill.clear(encoded.remaining() + end.remaining());
        put(both.put(encoded).put(end).flip(), part);
    }

    private BatchSlice read(int maxBytes) {
        return content.batches().read(survey.next(), content.endOffset(), maxBytes);
    }

    private static void copy(BatchSlice slice, ByteBuffer into) {
        int limit = into.limit();
        slice.copy(0, into.limit(into.position() + slice.sizeInBytes()));
        into.limit(limit);
    }

    /** Looks at the first batch only: one producer's batches are alike. */
    private static boolean isCompressed(BatchSlice slice) {
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE);
        slice.copy(0, header);
        return BatchHeader.codecId(header, 0) != 0;
    }

    /** Puts as many bytes as fit into the part, and keeps the others for the next one. */
    private void put(ByteBuffer bytes, ByteBuffer part) {
        int fits = Math.min(bytes.remaining(), part.remaining());
        part.put(bytes.slice(bytes.position(), fits));
        overflow = bytes.position(bytes.position() + fits);
    }

    /** Frees the codec's memory. Idempotent. */
    @Override
    public void close() {
        encoder.close();
    }
}
