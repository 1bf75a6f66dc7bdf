// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.InvalidBatchException.Kind.INVALID_RECORD;
import static io.varve.core.record.InvalidBatchException.Kind.NOT_DECOMPRESSIBLE;
import static io.varve.core.record.InvalidBatchException.Kind.TOO_LARGE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Reads the bytes of a batch's records from front to back. Uncompressed records are read in place. Compressed
 * records pass through a window. The window grows only when a record is needed in one piece, and only as its
 * bytes arrive, never by a length field alone. Where no record is needed in one piece,
 * there is no window if the codec has blocks: each is read where it was decompressed. Not thread-safe.
 */
final class RecordBytes extends VarintReader implements AutoCloseable {
    private static final int FIRST_WINDOW = 8192;

    /** Decompresses further bytes; null when all bytes are in place. */
    private final InputStream source;

    private final DecompressionMeter meter;
    private final long allowance;
    /** Max bytes of a record, for compressed records. */
    private final int maxRecord;
    /** Bytes read from the source. */
    private long decompressed;

    private boolean exhausted;
    /** The source if its blocks are read where they lie, one after another, else null. */
    private final BlockInput blocks;
    /** Backs {@link #bytes} when there is a source whose blocks are not read where they lie. */
    private byte[] window;

    private int end;
    /** Bytes left before the end that {@link #confine} set: that of a record, or of a part of it. */
    private int left;

    private RecordBytes(ByteBuffer bytes, int at, int end) {
        super(bytes, at);
        this.source = null;
        this.blocks = null;
        this.meter = DecompressionMeter.NONE;
        this.allowance = Long.MAX_VALUE;
        this.maxRecord = Integer.MAX_VALUE;
        this.end = end;
    }

    private RecordBytes(InputStream source, Limits limits) {
        super(null, 0);
        this.source = source;
        this.meter = limits.meter;
        this.allowance = limits.allowance;
        this.maxRecord = limits.maxRecord;
        this.blocks = limits.pieces && source instanceof BlockInput input ? input : null;
        this.window = blocks == null ? new byte[FIRST_WINDOW] : null;
        if (window != null) {
            bytes = ByteBuffer.wrap(window);
        }
    }

    /**
     * Limits the decompression.
     *
     * @param allowance max decompressed bytes, 0 or more
     * @param maxRecord max bytes of a record
     * @param meter counts decompressed bytes
     * @param pieces true if no record is needed in one piece, so that no more than one byte is asked for by
     *     {@link #fill}, and a block counts as a whole when it is decompressed
     */
    record Limits(long allowance, int maxRecord, DecompressionMeter meter, boolean pieces) {
        /** Limits only each record, none of which is needed in one piece. */
        static Limits ofPieces(int maxRecord, DecompressionMeter meter) {
            return new Limits(Long.MAX_VALUE, maxRecord, meter, true);
        }
    }

    /** Reads bytes in place, from {@code at} to {@code end}, exclusive. */
    static RecordBytes plain(ByteBuffer bytes, int at, int end) {
        return new RecordBytes(bytes, at, end);
    }

    /**
     * Reads compressed bytes.
     *
     * @throws InvalidBatchException NOT_DECOMPRESSIBLE
     */
    static RecordBytes compressed(Codec codec, ByteBuffer bytes, Limits limits) {
        try {
            int maxAtOnce = (int) Math.min(limits.allowance, Integer.MAX_VALUE);
            return new RecordBytes(codec.decompress(bytes, maxAtOnce), limits);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    /** Returns the buffer that {@link #at} indexes, until the next read from the source. */
    ByteBuffer bytes() {
        return bytes;
    }

    int at() {
        return at;
    }

    @Override
    int present() {
        return Math.min(left, end - at);
    }

    @Override
    void step(int count) {
        super.step(count);
        left -= count;
    }

    /**
     * Sets the end of the bytes that may be read, relative to the present place.
     *
     * @throws InvalidBatchException TOO_LARGE if the length exceeds the allowance or the max size of a record
     */
    void confine(int length) {
        if (length > allowance) {
            throw tooLarge();
        }
        if (length > maxRecord) {
            throw new InvalidBatchException(
                    TOO_LARGE,
                    "a record takes " + length + " bytes decompressed, at most " + maxRecord + " are accepted");
        }
        left = length;
    }

    /** Goes back to a place within the current record, to read from there to its end. */
    void rewind(int place, int recordEnd) {
        at = place;
        left = recordEnd - place;
    }

    /** @return bytes decompressed so far; 0 for uncompressed records */
    long decompressed() {
        return decompressed;
    }

    /** @return bytes left before the end given to {@link #confine} */
    int left() {
        return left;
    }

    /**
     * Makes bytes available in one piece, as far as the source has them.
     *
     * @param needed 1 if records are read in pieces
     * @return number of available bytes, at most {@code needed}
     * @throws InvalidBatchException CORRUPT, TOO_LARGE
     */
    int fill(int needed) {
        while (end - at < needed && canTake()) {
            if (blocks != null) {
                takeBlock();
                continue;
            }
            if (end == window.length) {
                makeSpace(needed);
            }
            readSource();
        }
        return Math.min(needed, end - at);
    }

    private boolean canTake() {
        return source != null && !exhausted;
    }

    /** Goes on to the next block, when all that came before it was read. */
    private void takeBlock() {
        if (at < end) {
            throw new IllegalStateException((end - at) + " bytes of a block are not read");
        }
        ByteBuffer block;
        try {
            block = blocks.take();
        } catch (IOException e) {
            throw damaged(e);
        }
        if (block == null) {
            exhausted = true;
            return;
        }
        bytes = block;
        at = block.position();
        end = block.limit();
        decompressed += end - at;
        meter.decompressed(end - at);
    }

    /** Moves unread bytes to the front of the window, or of a larger one if they fill it. */
    private void makeSpace(int needed) {
        byte[] next = at > 0 ? window : new byte[(int) Math.min(needed, 2L * window.length)];
        System.arraycopy(window, at, next, 0, end - at);
        end -= at;
        at = 0;
        window = next;
        bytes = ByteBuffer.wrap(window);
    }

    private void readSource() {
        int count;
        try {
            long max = allowance == Long.MAX_VALUE ? Integer.MAX_VALUE : allowance - decompressed + 1;
            count = source.read(window, end, (int) Math.min(window.length - end, max));
        } catch (IOException e) {
            throw damaged(e);
        }
        if (count < 0) {
            exhausted = true;
            return;
        }
        end += count;
        decompressed += count;
        meter.decompressed(count);
        if (decompressed > allowance) {
            throw tooLarge();
        }
    }

    @Override
    byte next() {
        if (left == 0) {
            throw invalid("a record ends within a field");
        }
        if (at == end && fill(1) == 0) {
            throw ended();
        }
        left--;
        return bytes.get(at++);
    }

    /** Skips bytes, which need not be in the window. */
    void skip(int count) {
        if (count > left) {
            throw invalid("a field claims " + count + " bytes, " + left + " are left in its record");
        }
        left -= count;
        int rest = count;
        while (rest > end - at) {
            rest -= end - at;
            at = end;
            if (fill(1) == 0) {
                throw ended();
            }
        }
        at += rest;
    }

    /** Skips bytes, and passes them to a sink piece by piece. */
    void pass(int count, Consumer<ByteBuffer> sink) {
        if (count > left) {
            throw invalid("a field claims " + count + " bytes, " + left + " are left in its record");
        }
        left -= count;
        int rest = count;
        while (rest > 0) {
            int present = fill(1) == 0 ? 0 : Math.min(rest, end - at);
            if (present == 0) {
                throw ended();
            }
            sink.accept(bytes.slice(at, present));
            at += present;
            rest -= present;
        }
    }

    /** Writes the rest of the record to another stream. */
    void copyTo(OutputStream out, byte[] piece) throws IOException {
        while (left > 0) {
            if (fill(1) == 0) {
                throw ended();
            }
            int present = Math.min(Math.min(left, end - at), piece.length);
            bytes.get(at, piece, 0, present);
            out.write(piece, 0, present);
            at += present;
            left -= present;
        }
    }

    @Override
    public void close() {
        if (source != null) {
            try {
                source.close();
            } catch (IOException e) {
                throw damaged(e);
            }
        }
    }

    private InvalidBatchException tooLarge() {
        return new InvalidBatchException(
                TOO_LARGE, "decompressed records take more than the " + allowance + " bytes accepted");
    }

    private static InvalidBatchException damaged(IOException e) {
        if (e instanceof EOFException) {
            return new InvalidBatchException(INVALID_RECORD, "the batch's compressed bytes end too early", e);
        }
        return new InvalidBatchException(NOT_DECOMPRESSIBLE, "compressed records are damaged: " + e.getMessage(), e);
    }

    private static InvalidBatchException ended() {
        return invalid("the batch ends within a record");
    }

    static InvalidBatchException invalid(String message) {
        return new InvalidBatchException(INVALID_RECORD, message);
    }
}
