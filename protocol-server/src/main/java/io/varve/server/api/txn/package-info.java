// SPDX-License-Identifier: Apache-2.0
/** Handlers of the transaction APIs. */
package io.varve.server.api.txn;
