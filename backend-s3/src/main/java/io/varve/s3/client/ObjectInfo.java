// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/**
 * Describes a stored object.
 *
 * @param key the object's key, relative to the store's prefix
 * @param bytes its size in bytes
 * @param modifiedMs when it was stored, in ms since the epoch by the store's clock; -1 if that is not known
 */
public record ObjectInfo(String key, long bytes, long modifiedMs) {}
