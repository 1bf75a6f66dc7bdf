// SPDX-License-Identifier: Apache-2.0
/**
 * Plays the same hours of an engine on a storage in virtual time, and writes down all that can be seen, so
 * that two runs can be compared.
 */
package io.varve.conformance.determinism;
