// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/**
 * Describes a blob of {@link io.varve.core.spi.Snapshots} in a segment object.
 *
 * @param number its number in the object, from 0
 * @param name the blob's name
 * @param offset the blob's offset
 * @param position first byte in the object
 * @param storedBytes its bytes in the object: compressed, encrypted, and their checksum
 * @param bytes its bytes as written
 * @param codec its compression
 * @param crc CRC-32C of its bytes as written: blobs of one name and offset that differ in it differ in
 *     content
 */
public record StoredBlob(
        int number, String name, long offset, long position, int storedBytes, int bytes, ChunkCodec codec, int crc) {}
