// SPDX-License-Identifier: Apache-2.0
/**
 * Writes and reads a sealed segment as one immutable object: chunks of whole batches, each with codec and
 * checksum, the partition's blobs, an index, a footer.
 */
package io.varve.s3.object;
