// SPDX-License-Identifier: Apache-2.0
/** Finds the partitions at a start, recovers them after a crash, and reports what was found. */
package io.varve.file.start;
