// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/**
 * Bounds requests.
 *
 * @param requestMs time for a request with all its repetitions, in ms
 * @param attemptMs time for one attempt, in ms
 * @param connectMs time to connect, in ms
 * @param connections max connections at a time
 * @param partsInFlight max parts that are sent at a time, of all uploads
 */
record RequestLimits(long requestMs, long attemptMs, long connectMs, int connections, int partsInFlight) {}
