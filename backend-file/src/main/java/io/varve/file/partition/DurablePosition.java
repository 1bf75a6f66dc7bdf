// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.file.segment.FileSegment;

/**
 * The position up to which a partition is durable.
 *
 * @param offset durable end, exclusive
 * @param segment the segment of the durable end, or null when not known
 * @param bytes the durable end in that segment's log: reads up to it need no search
 */
record DurablePosition(long offset, FileSegment segment, int bytes) {}
