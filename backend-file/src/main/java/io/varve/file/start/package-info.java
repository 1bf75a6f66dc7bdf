// SPDX-License-Identifier: Apache-2.0
/** What a start does: finds the partitions, recovers what a crash left, and says what it found. */
package io.varve.file.start;
