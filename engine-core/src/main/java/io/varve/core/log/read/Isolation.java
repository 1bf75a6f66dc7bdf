// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

/** Names the end up to which a reader may see. */
public enum Isolation {
    /** Up to the storage's readable end, durable or not: for the broker's own replay. */
    LOG_END,
    /** Up to the high watermark (Kafka's read_uncommitted). */
    READ_UNCOMMITTED,
    /** Up to the last stable offset (Kafka's read_committed). */
    READ_COMMITTED
}
