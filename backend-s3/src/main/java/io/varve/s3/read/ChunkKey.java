// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import java.util.UUID;

/**
 * Names a chunk in the caches. An object's content never changes, so neither does a chunk's.
 *
 * @param object id of the object
 * @param number the chunk's number in it, from 0
 */
record ChunkKey(UUID object, int number) {}
