// SPDX-License-Identifier: Apache-2.0
/** One segment: a log file and its two indexes; appends to it, finds batches in it, verifies them. */
package io.varve.file.segment;
