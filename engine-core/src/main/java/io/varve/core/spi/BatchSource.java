// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/** Gives the batches that are to stand in place of others, one run at a time. */
@FunctionalInterface
public interface BatchSource {
    /**
     * @return the next run, offsets ascending (gaps allowed), or null when there is no more. Its buffer is valid until the
     *     next call
     */
    BatchRun next();
}
