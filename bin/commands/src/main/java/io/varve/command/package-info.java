// SPDX-License-Identifier: Apache-2.0
/** Runs, from the shell, what backends can do with data directories besides storing: reads the command line, prints, sets the exit code. */
package io.varve.command;
