// SPDX-License-Identifier: Apache-2.0
/**
 * Records what clients do in transactions and what consumers read, and checks the history afterwards, without
 * a server.
 */
package io.varve.server.e2e.history;
