// SPDX-License-Identifier: Apache-2.0
/**
 * Explains retention to people and programs outside the server: the explanation's form on the wire, a client
 * that asks for it, and {@code bin/varve-retention.sh}.
 */
package io.varve.server.explanation;
