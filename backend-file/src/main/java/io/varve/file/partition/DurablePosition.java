// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.file.segment.FileSegment;

/**
 * The position up to which a partition is durable.
 *
 * @param offset durable end, exclusive
 * @param segment the segment that end lies in, or null when not known
 * @param bytes where in its log: lets reads that stop at the durable end do without a search
 */
record DurablePosition(long offset, FileSegment segment, int bytes) {}
