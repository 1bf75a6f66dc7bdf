// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.util.Map;

/**
 * The times over which the use of quotas is measured, and the rates that are no quotas of clients.
 *
 * @param rates of bytes, of threads' time, of new connections
 * @param mutations of partitions that are created or deleted: {@code controller.quota.window.num} and
 *     {@code controller.quota.window.size.seconds}
 * @param connections {@code listener.name.<name>.max.connection.creation.rate}: max new connections/s of
 *     listeners, by their names
 */
public record ThrottleConfig(QuotaWindow rates, QuotaWindow mutations, Map<String, Integer> connections) {
    /** Kafka's defaults. */
    public static final ThrottleConfig DEFAULT = new ThrottleConfig(QuotaWindow.DEFAULT, QuotaWindow.DEFAULT, Map.of());
}
