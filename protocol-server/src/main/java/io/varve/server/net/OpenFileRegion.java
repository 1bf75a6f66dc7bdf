// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.DefaultFileRegion;
import io.varve.core.spi.BatchSlice;

/** Sends a region of a shared file, and leaves the file open. */
final class OpenFileRegion extends DefaultFileRegion {
    OpenFileRegion(BatchSlice.FileRegion region) {
        super(region.channel(), region.position(), region.length());
    }

    @Override
    protected void deallocate() {
        // ResponsePart owns the slice of this region, and closes it.
    }
}
