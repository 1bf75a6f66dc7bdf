// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/**
 * Describes a blob of {@link io.varve.core.spi.Snapshots} in a segment object.
 *
 * @param name the blob's name
 * @param offset the blob's offset
 * @param position first byte in the object
 * @param storedBytes its bytes in the object
 * @param bytes its bytes
 * @param crc CRC-32C of its bytes
 */
public record StoredBlob(String name, long offset, long position, int storedBytes, int bytes, int crc) {}
