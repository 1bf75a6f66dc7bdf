// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Gives the batches that are to stand in place of others, one run at a time.
 *
 * <p>A store asks on the thread that called {@link PartitionStore#replace}, again and again until the
 * answer is null, and puts nothing in place before that. The source may take a lock of that thread with its
 * last answer, so that what it has looked at stays as it is until the replacement is in place; the caller
 * releases it when {@code replace} is through. It may also throw instead of the last answer: then nothing
 * is replaced.
 */
@FunctionalInterface
public interface BatchSource {
    /**
     * @return the next run, offsets ascending (gaps allowed), or null when there is no more. Its buffer is
     *     valid until the next call
     */
    BatchRun next();
}
