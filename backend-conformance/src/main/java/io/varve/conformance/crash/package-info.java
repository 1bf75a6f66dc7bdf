// SPDX-License-Identifier: Apache-2.0
/**
 * Crashes of a whole process: a child works and keeps a journal outside the tested directory of what it began and what it was told is
 * done; when it is dead, a ledger made from the journal says what the storage it left behind must and may hold.
 */
package io.varve.conformance.crash;
