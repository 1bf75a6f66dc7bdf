// SPDX-License-Identifier: Apache-2.0
/**
 * Brings sealed segments to the bucket: one after another for each partition, bounded in memory; deletes and
 * sweeps objects that no segment needs.
 */
package io.varve.s3.upload;
