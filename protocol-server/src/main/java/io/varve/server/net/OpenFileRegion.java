// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.DefaultFileRegion;
import io.varve.core.spi.BatchSlice;

/** A region of a file that others use too: sending it leaves the file open. */
final class OpenFileRegion extends DefaultFileRegion {
    OpenFileRegion(BatchSlice.FileRegion region) {
        super(region.channel(), region.position(), region.length());
    }

    @Override
    protected void deallocate() {
        // The slice the region came from is closed by its owner, the ResponsePart.
    }
}
