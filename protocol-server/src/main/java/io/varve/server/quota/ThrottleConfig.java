// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

/**
 * The times over which the use of quotas is measured.
 *
 * @param rates of bytes, of threads' time, of new connections
 * @param mutations of partitions that are created or deleted: {@code controller.quota.window.num} and
 *     {@code controller.quota.window.size.seconds}
 */
public record ThrottleConfig(QuotaWindow rates, QuotaWindow mutations) {
    /** Kafka's defaults. */
    public static final ThrottleConfig DEFAULT = new ThrottleConfig(QuotaWindow.DEFAULT, QuotaWindow.DEFAULT);
}
