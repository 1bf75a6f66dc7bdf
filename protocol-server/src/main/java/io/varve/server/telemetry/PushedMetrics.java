// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

/**
 * The metrics that a client has pushed last.
 *
 * @param client the client
 * @param timeMs when they came, in ms since the epoch
 * @param metrics lines of name, attributes and value
 */
public record PushedMetrics(ClientProperties client, long timeMs, String metrics) {}
