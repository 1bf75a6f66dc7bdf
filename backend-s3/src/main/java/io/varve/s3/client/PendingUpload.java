// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/**
 * Names a multipart upload that was begun and neither completed nor aborted.
 *
 * @param key key of the object that it would make
 * @param uploadId the store's id of the upload
 * @param begunMs when it was begun, in ms since the epoch by the store's clock; -1 if that is not known
 */
public record PendingUpload(String key, String uploadId, long begunMs) {}
