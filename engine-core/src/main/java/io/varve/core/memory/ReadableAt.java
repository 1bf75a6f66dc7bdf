// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

/**
 * When an append becomes readable: the SPI leaves that to a backend, within bounds, and the engine has to
 * cope with either.
 */
public enum ReadableAt {
    /** When the append returns, as in files. */
    AT_APPEND,
    /** When the sync returns, as in a store with transactions. */
    AT_SYNC
}
