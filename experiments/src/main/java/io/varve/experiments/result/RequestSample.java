// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

/**
 * Counts requests of one kind since the sample before: a row of {@code requests.csv}.
 *
 * @param policy the policy's name
 * @param timeMs end of the period, in ms of virtual time since the epoch
 * @param kind {@code PUT}, {@code GET}, {@code LIST}, {@code DELETE}
 * @param requests number of requests
 * @param bytes bytes sent or received
 * @param cost dollars, of requests and received bytes
 */
public record RequestSample(String policy, long timeMs, String kind, long requests, long bytes, double cost) {}
