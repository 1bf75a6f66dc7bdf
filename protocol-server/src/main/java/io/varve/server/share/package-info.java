// SPDX-License-Identifier: Apache-2.0
/**
 * Delivers records to share groups (KIP-932): which records of a partition are in flight, who holds the lock
 * of each, how often each was delivered, and the sessions of the members.
 * {@link io.varve.server.share.Shares} is the entry point.
 */
package io.varve.server.share;
