// SPDX-License-Identifier: Apache-2.0
/** The ring of a data directory: one file that takes the small commits of all partitions. */
package io.varve.file.ring;
