// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.util.Map;

/** Names what a request asks of the server: the operations of the S3 API that a bucket's user needs. */
public enum S3RequestKind {
    GET,
    HEAD,
    PUT,
    COPY,
    DELETE,
    /** DeleteObjects: many keys in one request. */
    DELETE_MANY,
    LIST,
    CREATE_UPLOAD,
    UPLOAD_PART,
    COMPLETE_UPLOAD,
    ABORT_UPLOAD,
    LIST_UPLOADS,
    LIST_PARTS,
    /** Everything about a bucket but the listing of its objects. */
    BUCKET;

    /**
     * @param key the key in the bucket, or an empty string
     * @param parameters of the query, those without a value with an empty one
     * @param copies whether the request names a source to copy
     */
    static S3RequestKind of(String method, String key, Map<String, String> parameters, boolean copies) {
        return key.isEmpty() ? ofBucket(method, parameters) : ofObject(method, parameters, copies);
    }

    private static S3RequestKind ofBucket(String method, Map<String, String> parameters) {
        if (method.equals("POST") && parameters.containsKey("delete")) {
            return DELETE_MANY;
        }
        if (!method.equals("GET")) {
            return BUCKET;
        }
        if (parameters.containsKey("uploads")) {
            return LIST_UPLOADS;
        }
        boolean lists = parameters.isEmpty() || parameters.containsKey("list-type") || parameters.containsKey("prefix");
        return lists ? LIST : BUCKET;
    }

    private static S3RequestKind ofObject(String method, Map<String, String> parameters, boolean copies) {
        boolean ofUpload = parameters.containsKey("uploadId");
        return switch (method) {
            case "HEAD" -> HEAD;
            case "DELETE" -> ofUpload ? ABORT_UPLOAD : DELETE;
            case "POST" -> ofUpload ? COMPLETE_UPLOAD : CREATE_UPLOAD;
            case "PUT" -> ofUpload ? UPLOAD_PART : copies ? COPY : PUT;
            default -> ofUpload ? LIST_PARTS : GET;
        };
    }
}
