// SPDX-License-Identifier: Apache-2.0
/**
 * Tiers partitions to S3: a hot backend in front, immutable objects and a manifest in a bucket behind. Opens
 * the storage, hands calls to the hot partition or the remote part, restores partitions from the bucket.
 */
package io.varve.s3;
