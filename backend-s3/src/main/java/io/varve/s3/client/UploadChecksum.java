// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/** Names the checksum that goes with what is stored, and that the store verifies. */
enum UploadChecksum {
    /** CRC-32C in a header of S3's own; whole answers are verified too, where the store has a checksum. */
    CRC32C,
    /** Content-MD5, for stores that do not know S3's newer headers and trailers. */
    MD5
}
