// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs of transactions: producer ids, partitions and ends, administration of hanging ones. */
package io.varve.server.api.txn;
