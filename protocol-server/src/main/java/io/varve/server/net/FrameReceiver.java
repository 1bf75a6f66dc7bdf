// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Allocates receive buffers so that the socket reads the rest of a large frame straight into the frame's
 * buffer. For one connection.
 */
@SuppressWarnings("deprecation") // Netty deprecates Handle but still requires it.
final class FrameReceiver implements RecvByteBufAllocator {
    private final RecvByteBufAllocator fallback = new AdaptiveRecvByteBufAllocator();
    private final FrameAssembler frames;

    FrameReceiver(FrameAssembler frames) {
        this.frames = frames;
    }

    @Override
    public Handle newHandle() {
        return new Receiving(fallback.newHandle());
    }

    private final class Receiving extends DelegatingHandle implements ExtendedHandle {
        private Receiving(Handle delegate) {
            super(delegate);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf target = frames.readTarget();
            return target == null ? super.allocate(allocator) : target;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMoreData);
        }
    }
}
