// SPDX-License-Identifier: Apache-2.0
/**
 * Kills a process at work and verifies what it left. The process keeps a journal, outside the tested
 * directory, of each operation it began and each that returned; a ledger made from the journal says what the
 * storage must and may hold.
 */
package io.varve.conformance.crash;
