// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Supplies the batches of a replacement, one run at a time.
 *
 * <p>A store calls {@link #next} on the thread that called {@link PartitionStore#replace}, until the result
 * is null, and replaces no segment before that. Before the source returns null it may take a lock on that
 * thread, so that its decisions stay valid until the replacement is in place; the caller of {@code replace}
 * releases the lock afterwards. The source may throw instead of returning null: then no segment is replaced.
 */
@FunctionalInterface
public interface BatchSource {
    /**
     * @return the next run, offsets ascending (gaps allowed), or null after the last one. Its buffer is valid
     *     until the next call
     */
    BatchRun next();
}
