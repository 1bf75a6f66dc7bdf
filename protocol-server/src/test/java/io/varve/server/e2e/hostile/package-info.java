// SPDX-License-Identifier: Apache-2.0
/** What peers do that mean harm or know no better, and the client beside them that must not notice. */
package io.varve.server.e2e.hostile;
