// SPDX-License-Identifier: Apache-2.0
/**
 * The transaction coordinator: an event-sourced state machine on {@code __transaction_state}, in Kafka's
 * record format, hosted as Kafka hosts its own. {@link io.varve.server.txn.Transactions} is the way in.
 * Commands decide on one immutable {@link io.varve.server.txn.Transaction} and emit the next; only replay
 * keeps it.
 */
package io.varve.server.txn;
