// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/**
 * Describes a segment object as it was found in the bucket. Immutable.
 *
 * @param key key of the object
 * @param objectBytes its size in bytes
 * @param footer what its footer says
 * @param index its index
 */
public record SegmentObject(String key, long objectBytes, SegmentFooter footer, SegmentIndex index) {}
