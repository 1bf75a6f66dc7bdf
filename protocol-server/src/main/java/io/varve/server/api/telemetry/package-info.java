// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs by which clients send their metrics (KIP-714). */
package io.varve.server.api.telemetry;
