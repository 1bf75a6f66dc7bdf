// SPDX-License-Identifier: Apache-2.0
/** Appends to one segment, a log file and its two indexes, finds batches in it, and verifies them. */
package io.varve.file.segment;
