// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;

/**
 * Says that a force (fsync) failed: written bytes may be lost, though the page cache calls them clean. A
 * second force would succeed without writing them; so it is never tried.
 */
public final class ForceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    ForceFailedException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
