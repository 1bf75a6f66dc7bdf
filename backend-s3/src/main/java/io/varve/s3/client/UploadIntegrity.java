// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/**
 * Says how the store notices that what it got is not what was sent.
 *
 * @param checksum what goes with uploads, in a signed header
 * @param bodies which bodies are signed
 */
record UploadIntegrity(UploadChecksum checksum, SignedBodies bodies) {}
