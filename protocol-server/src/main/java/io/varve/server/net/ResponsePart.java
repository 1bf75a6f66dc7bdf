// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.varve.server.api.StoredRecords;

/**
 * A piece of a response for Netty to write.
 *
 * @param message a buffer or a file region
 * @param records what the message shows, to be closed when it is written or will not be; null when the message owns its bytes
 */
record ResponsePart(Object message, StoredRecords records) {
    /** Writes the part, without a flush. */
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
        ReferenceCountUtil.release(message);
        if (records != null) {
            records.close();
        }
    }
}
