// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;

/**
 * A force failed: written bytes may be lost though the page cache calls them clean. Never to be tried again.
 */
public final class ForceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    ForceFailedException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
