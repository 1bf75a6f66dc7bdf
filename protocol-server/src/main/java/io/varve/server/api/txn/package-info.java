// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs of transactions: producers' ids, begin and end, administration of those that hang. */
package io.varve.server.api.txn;
