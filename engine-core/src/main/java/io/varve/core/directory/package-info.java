// SPDX-License-Identifier: Apache-2.0
/**
 * Serves backends with data directories: locks a directory, reserves disk space, and logs when the file
 * system is full.
 */
package io.varve.core.directory;
