// SPDX-License-Identifier: Apache-2.0
/**
 * Reads batches out of the bucket through a cache of chunks on disk and in memory, ahead of sequential
 * readers.
 */
package io.varve.s3.read;
