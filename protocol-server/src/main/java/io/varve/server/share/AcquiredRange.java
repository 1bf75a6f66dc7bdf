// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

/**
 * Records that a member has acquired.
 *
 * @param first first offset, inclusive
 * @param last last offset, inclusive
 * @param deliveries how often they were delivered, this delivery included
 */
public record AcquiredRange(long first, long last, int deliveries) {}
