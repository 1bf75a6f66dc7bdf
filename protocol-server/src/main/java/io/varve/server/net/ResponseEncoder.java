// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.varve.core.spi.BatchSlice.FileRegion;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.server.api.SliceRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.common.requests.ResponseHeader;

/** Encodes one response as {@code [size][header][body]}, with stored records as file regions in between. */
final class ResponseEncoder implements Writable {
    /**
     * Max bytes of stored records that are copied between the fields around them. A file region costs two
     * more system calls, for itself and for the bytes after it; copying this many bytes takes about as long.
     */
    static final int MAX_COPIED_BYTES = 16 * 1024;

    /**
     * Max bytes of a response whose records are copied at once. In a larger response records are copied as
     * they are written, so that an unread response takes next to no memory.
     */
    private static final int MAX_EAGER_COPY_BYTES = 64 * 1024;

    private static final int SIZE_BYTES = 4;

    private final List<ResponsePart> parts = new ArrayList<>(1);

    /** All bytes but the records in parts. Its growth does not affect slices of it. */
    private final ByteBuf buffer;

    /** Index in the buffer of the first byte after the last part. */
    private int pieceStart;

    private long partBytes;

    private final boolean copiesEagerly;
    private final boolean encrypted;

    private ResponseEncoder(ByteBuf buffer, boolean copiesEagerly, boolean encrypted) {
        this.buffer = buffer;
        this.copiesEagerly = copiesEagerly;
        this.encrypted = encrypted;
    }

    /**
     * @param allocator pooled, direct
     * @param header correlation id and header version
     * @param body the response; its stored records are owned by the parts from now on, and closed if this
     *     fails
     * @param version API version
     * @param encrypted true if the connection cannot send files, and needs memory for what it encrypts: large
     *     records are copied as they are written, however few they are
     * @return the parts to write, in order
     */
    static List<ResponsePart> encode(
            ByteBufAllocator allocator, ResponseHeader header, ApiMessage body, short version, boolean encrypted) {
        ResponseEncoder encoder = null;
        try {
            ObjectSerializationCache cache = new ObjectSerializationCache();
            MessageSizeAccumulator sizes = new MessageSizeAccumulator();
            header.data().addSize(sizes, cache, header.headerVersion());
            body.addSize(sizes, cache, version);
            int inMemory = sizes.totalSize() <= MAX_COPIED_BYTES ? sizes.totalSize() : sizes.sizeExcludingZeroCopy();
            encoder = new ResponseEncoder(
                    allocator.directBuffer(SIZE_BYTES + inMemory),
                    sizes.totalSize() <= MAX_EAGER_COPY_BYTES,
                    encrypted);
            encoder.writeInt(sizes.totalSize());
            header.data().write(encoder, cache, header.headerVersion());
            body.write(encoder, cache, version);
            return encoder.finish(sizes.totalSize());
        } catch (RuntimeException | Error e) {
            if (encoder != null) {
                encoder.abandon();
            }
            SliceRecords.closeAll(body);
            throw e;
        }
    }

    private List<ResponsePart> finish(int announced) {
        long written = buffer.writerIndex() - SIZE_BYTES + partBytes;
        if (written != announced) {
            throw new IllegalStateException("a response of " + announced + " bytes came out as " + written);
        }
        cut();
        buffer.release();
        return parts;
    }

    private void abandon() {
        buffer.release();
        parts.forEach(ResponsePart::discard);
    }

    private void cut() {
        int end = buffer.writerIndex();
        if (end > pieceStart) {
            parts.add(new ResponsePart(buffer.retainedSlice(pieceStart, end - pieceStart), null));
            pieceStart = end;
        }
    }

    private void add(ResponsePart part, int bytes) {
        cut();
        parts.add(part);
        partBytes += bytes;
    }

    @Override
    public void writeRecords(BaseRecords records) {
        if (records instanceof SliceRecords stored) {
            write(stored);
        } else if (records instanceof MemoryRecords memory) {
            writeByteBuffer(memory.buffer());
        } else if (records instanceof UnalignedMemoryRecords memory) {
            writeByteBuffer(memory.buffer());
        } else {
            throw new IllegalArgumentException(
                    "cannot send " + records.getClass().getName());
        }
    }

    private void write(SliceRecords records) {
        int bytes = records.sizeInBytes();
        FileRegion region = records.slice().fileRegion().orElse(null);
        boolean large = bytes > MAX_COPIED_BYTES;
        Object message = large && !encrypted ? uncopied(records, region) : null;
        if (message != null || !copiesEagerly || large && encrypted) {
            if (message == null && region != null) {
                requireInFile(region);
            }
            add(new ResponsePart(message, records), bytes);
            return;
        }
        if (region == null) {
            buffer.writeBytes(records.slice().buffer());
        } else {
            copy(buffer, region, 0, region.length());
        }
        records.close();
    }

    /** @return the records as Netty sends them without a copy; null if it cannot */
    private static Object uncopied(SliceRecords records, FileRegion region) {
        if (region != null) {
            return new OpenFileRegion(region);
        }
        ByteBuffer memory = records.slice().buffer();
        return memory.isDirect() ? Unpooled.wrappedBuffer(memory) : null;
    }

    /**
     * Fails before the first byte is written, because a response that has begun cannot be replaced by an
     * error.
     */
    private static void requireInFile(FileRegion region) {
        try {
            if (region.channel().size() < region.position() + region.length()) {
                throw new StorageException(Kind.CORRUPT, region + " reaches beyond the end of its file");
            }
        } catch (IOException e) {
            throw new StorageException(Kind.RETRY, "looking at " + region + " for a response: " + e.getMessage(), e);
        }
    }

    /** Copies {@code length} bytes of a region, from the byte {@code from} of the region on. */
    static void copy(ByteBuf to, FileRegion region, int from, int length) {
        int done = from;
        while (done < from + length) {
            int bytes;
            try {
                bytes = to.writeBytes(region.channel(), region.position() + done, from + length - done);
            } catch (IOException e) {
                throw new StorageException(Kind.RETRY, "reading " + region + " for a response: " + e.getMessage(), e);
            }
            if (bytes <= 0) {
                throw new StorageException(Kind.CORRUPT, region + " ends after " + done + " bytes");
            }
            done += bytes;
        }
    }

    @Override
    public void writeByte(byte value) {
        buffer.writeByte(value);
    }

    @Override
    public void writeShort(short value) {
        buffer.writeShort(value);
    }

    @Override
    public void writeInt(int value) {
        buffer.writeInt(value);
    }

    @Override
    public void writeLong(long value) {
        buffer.writeLong(value);
    }

    @Override
    public void writeDouble(double value) {
        buffer.writeDouble(value);
    }

    @Override
    public void writeByteArray(byte[] value) {
        buffer.writeBytes(value);
    }

    @Override
    public void writeByteBuffer(ByteBuffer value) {
        buffer.writeBytes(value.duplicate());
    }

    @Override
    public void writeUnsignedVarint(int value) {
        writeVarBits(value & 0xFFFF_FFFFL);
    }

    @Override
    public void writeVarint(int value) {
        writeUnsignedVarint(value << 1 ^ value >> Integer.SIZE - 1);
    }

    @Override
    public void writeVarlong(long value) {
        writeVarBits(value << 1 ^ value >> Long.SIZE - 1);
    }

    private void writeVarBits(long bits) {
        long rest = bits;
        while ((rest & ~0x7FL) != 0) {
            buffer.writeByte((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        buffer.writeByte((int) rest);
    }
}
