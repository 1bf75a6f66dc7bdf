// SPDX-License-Identifier: Apache-2.0
/** The kit from the shell: finds a backend by its name, runs the checks on it, and says in words, a table and a page how it did. */
package io.varve.conformance.shell;
