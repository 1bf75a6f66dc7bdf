// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the commands on a backend's data directories: reads command lines, prints the results, and returns
 * exit codes.
 */
package io.varve.command;
