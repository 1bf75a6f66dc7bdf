// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.varve.core.spi.BatchSlice.FileRegion;
import io.varve.server.api.SliceRecords;
import java.nio.ByteBuffer;

/**
 * A part of a response for Netty to write.
 *
 * @param message a buffer or a file region; null if the records are copied as they are written
 * @param records the records behind the message, closed when it is written or discarded; null if the message
 *     owns its bytes
 */
record ResponsePart(Object message, SliceRecords records) {
    /** @return true if the records are copied as they are written */
    boolean isCopied() {
        return message == null;
    }

    /** @return bytes of the part on the wire, before it is written */
    long bytes() {
        return message instanceof ByteBuf bytes ? bytes.readableBytes() : records.sizeInBytes();
    }

    /** @return bytes of memory the part holds until it is sent; bytes in files do not count */
    long memoryBytes() {
        if (message instanceof ByteBuf bytes) {
            return bytes.readableBytes();
        }
        return message == null && records.slice().fileRegion().isEmpty() ? records.sizeInBytes() : 0;
    }

    /**
     * Copies a range of the records of a copied part.
     *
     * @param to a buffer with at least {@code length} writable bytes
     * @param from index of the first byte, within the records
     * @param length in bytes
     */
    void copy(ByteBuf to, int from, int length) {
        FileRegion region = records.slice().fileRegion().orElse(null);
        if (region == null) {
            ByteBuffer memory = records.slice().buffer();
            to.writeBytes(memory.slice(memory.position() + from, length));
        } else {
            ResponseEncoder.copy(to, region, from, length);
        }
    }

    /** @return true if the part owns its bytes and they fit into the writable bytes of {@code to} */
    boolean fits(ByteBuf to) {
        return records == null && message instanceof ByteBuf bytes && bytes.readableBytes() <= to.writableBytes();
    }

    /** Copies a part that fits, and releases it. */
    void copyTo(ByteBuf to) {
        ByteBuf bytes = (ByteBuf) message;
        to.writeBytes(bytes);
        bytes.release();
    }

    /** Writes a part that is not copied, without a flush. */
    void write(ChannelHandlerContext context) {
        if (records == null) {
            context.write(message, context.voidPromise());
        } else {
            ChannelFuture written = context.write(message);
            written.addListener(done -> records.close());
        }
    }

    /** Releases a part that will not be written. */
    void discard() {
        if (message != null) {
            ReferenceCountUtil.release(message);
        }
        if (records != null) {
            records.close();
        }
    }
}
