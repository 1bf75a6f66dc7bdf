// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import java.util.Locale;

/** Says where the bytes of a read came from. */
public enum ReadTier {
    /** The page cache: records that were written a short while ago. */
    MEMORY,
    /** The local disk. */
    DISK,
    /** The cache of what was read from the bucket. */
    CACHE,
    /** The bucket: the read waited for it. */
    BUCKET;

    /** @return as results name it */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
