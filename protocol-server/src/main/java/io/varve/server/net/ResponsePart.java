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
 * A piece of a response for Netty to write.
 *
 * @param message a buffer or a file region; null when the records are to be copied as they are written
 * @param records what the message shows, to be closed when it is written or will not be; null when the
 *     message owns its bytes
 */
record ResponsePart(Object message, SliceRecords records) {
    /** @return true if the records are to be copied */
    boolean isCopied() {
        return message == null;
    }

    /** @return bytes of memory it keeps until it is sent; what lies in files is not in memory */
    long memoryBytes() {
        if (message instanceof ByteBuf bytes) {
            return bytes.readableBytes();
        }
        return message == null && records.slice().fileRegion().isEmpty() ? records.sizeInBytes() : 0;
    }

    /**
     * Copies from records that are to be copied.
     *
     * @param to where to; has room
     * @param from first byte of the records
     * @param length how many
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

    /** @return true if it is a buffer of its own bytes for which the other has room */
    boolean fits(ByteBuf to) {
        return records == null && message instanceof ByteBuf bytes && bytes.readableBytes() <= to.writableBytes();
    }

    /** Copies a part that fits, and lets go of it. */
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

    /** Lets go of a part that is not written. */
    void discard() {
        if (message != null) {
            ReferenceCountUtil.release(message);
        }
        if (records != null) {
            records.close();
        }
    }
}
