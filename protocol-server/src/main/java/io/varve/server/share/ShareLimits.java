// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

/**
 * Limits on the delivery of records to a share group.
 *
 * @param maxLocks max number of records of a partition in flight, at least 1
 * @param maxDeliveries how often a record is delivered at most, at least 2
 * @param lockMs how long a member holds the lock of a record, in ms
 * @param renews true if members may renew their locks (KIP-1222)
 */
public record ShareLimits(int maxLocks, int maxDeliveries, int lockMs, boolean renews) {}
