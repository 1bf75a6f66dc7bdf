// SPDX-License-Identifier: Apache-2.0
/**
 * Authenticates connections by SASL: what they may send before it, Kafka's mechanisms, and sessions that end.
 */
package io.varve.server.security.sasl;
