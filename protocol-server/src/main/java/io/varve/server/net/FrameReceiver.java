// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Has the socket read the rest of a large frame straight to where the frame is put together. For one
 * connection.
 */
@SuppressWarnings("deprecation") // Netty asks for a Handle though it deprecates it: there is no other way in yet.
final class FrameReceiver implements RecvByteBufAllocator {
    private final RecvByteBufAllocator otherwise = new AdaptiveRecvByteBufAllocator();
    private final FrameAssembler frames;

    FrameReceiver(FrameAssembler frames) {
        this.frames = frames;
    }

    @Override
    public Handle newHandle() {
        return new Receiving(otherwise.newHandle());
    }

    private final class Receiving extends DelegatingHandle implements ExtendedHandle {
        private Receiving(Handle delegate) {
            super(delegate);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf rest = frames.restOfFrame();
            return rest == null ? super.allocate(allocator) : rest;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMoreData);
        }
    }
}
