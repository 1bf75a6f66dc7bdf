// SPDX-License-Identifier: Apache-2.0
/**
 * Coordinates transactions: an event-sourced state machine on {@code __transaction_state}, in Kafka's record
 * format, on Kafka's coordinator runtime. {@link io.varve.server.txn.Transactions} is the entry point.
 * Commands decide on one immutable {@link io.varve.server.txn.Transaction} and emit the next; only replay
 * stores it.
 */
package io.varve.server.txn;
