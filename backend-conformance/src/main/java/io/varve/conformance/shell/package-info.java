// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the kit from the shell: finds a backend by its name, runs the checks on it, and reports the outcome as
 * lines, a table and a page.
 */
package io.varve.conformance.shell;
