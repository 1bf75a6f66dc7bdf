// SPDX-License-Identifier: Apache-2.0
/**
 * Runs from the shell what backends can do with data directories besides storing: reads command lines, prints
 * what was found, says with an exit code how it went.
 */
package io.varve.command;
