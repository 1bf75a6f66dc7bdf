// SPDX-License-Identifier: Apache-2.0
/**
 * Asks clients for their metrics as subscriptions say (KIP-714), keeps what each has sent last, and shows it.
 */
package io.varve.server.telemetry;
