// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

/**
 * Names the time at which an append becomes readable. The SPI leaves the choice to the backend, and the
 * engine works with both.
 */
public enum ReadableAt {
    /** When the append returns, as in files. */
    AT_APPEND,
    /** When the sync returns, as in a store with transactions. */
    AT_SYNC
}
