// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/** Names a kind of request, as S3 bills them. */
public enum RequestKind {
    /** PutObject, UploadPart, Create- and CompleteMultipartUpload. */
    PUT,
    /** GetObject, HeadObject. */
    GET,
    /** ListObjectsV2, ListMultipartUploads. */
    LIST,
    /** DeleteObject, DeleteObjects, AbortMultipartUpload: S3 does not bill them. */
    DELETE
}
