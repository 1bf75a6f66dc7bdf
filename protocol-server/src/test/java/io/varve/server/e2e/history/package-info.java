// SPDX-License-Identifier: Apache-2.0
/**
 * What clients did in transactions, and what consumers saw: recorded while it happens, judged afterwards by
 * code that knows no server.
 */
package io.varve.server.e2e.history;
