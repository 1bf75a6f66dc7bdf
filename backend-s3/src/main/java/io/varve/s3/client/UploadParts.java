// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.nio.ByteBuffer;

/**
 * Supplies an object's content, part by part. The store calls {@link #next} on one thread, and
 * {@link #release} on any.
 */
public interface UploadParts {
    /**
     * Min size of every part but the last, in bytes; an object of at most this size is stored in one request.
     */
    int MIN_PART = 8 << 20;

    /**
     * Returns the next part. It may wait for memory that {@link #release} gives back.
     *
     * @return the part, from position to limit, at least {@link #MIN_PART} bytes unless it is the last; null
     *     after the last. Its bytes must not change until its release, since a request may be repeated
     */
    ByteBuffer next();

    /**
     * Takes a part back: no request uses it any more.
     *
     * @param part a part that {@link #next} returned
     */
    void release(ByteBuffer part);
}
