// SPDX-License-Identifier: Apache-2.0
/**
 * What backends share that keep their data in directories: a directory's lock, and what to do when its file
 * system is full.
 */
package io.varve.core.directory;
