// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.RequestFailure.Meaning;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Makes single attempts of the requests that several operations need, counted for one topic. Thread-safe.
 */
record ObjectRequests(S3Connection connection, RequestCounters.OfTopic counts) {
    private static final String ANY = "*";

    S3Client client() {
        return connection.client();
    }

    String bucket() {
        return connection.bucket();
    }

    /** @return the key in the bucket */
    String full(String key) {
        return connection.prefix() + key;
    }

    RequestCall call(RequestKind kind, String what) {
        return call(kind, what, () -> false);
    }

    RequestCall call(RequestKind kind, String what, BooleanSupplier abandoned) {
        return new RequestCall(connection, counts, kind, what, abandoned);
    }

    /** Stores an object, replacing one of the same key. */
    PutObjectResponse put(String key, UploadBody body) {
        RequestCall call = call(RequestKind.PUT, "PUT of " + key).carrying(body.length());
        return call.succeed(configuration -> put(call, configuration, key, body, false));
    }

    /** Makes one attempt to create an object unless the key exists. */
    void putIfAbsentOnce(RequestCall call, String key, UploadBody body) {
        call.once(configuration -> put(call, configuration, key, body, true));
    }

    private PutObjectResponse put(
            RequestCall call,
            AwsRequestOverrideConfiguration configuration,
            String key,
            UploadBody body,
            boolean ifAbsent) {
        call.bytes(body.length());
        PutObjectResponse answer = client().putObject(
                        put -> put.bucket(bucket())
                                .key(full(key))
                                .ifNoneMatch(ifAbsent ? ANY : null)
                                .checksumCRC32C(body.crc32c())
                                .contentMD5(body.md5())
                                .overrideConfiguration(configuration),
                        body.content());
        // The SDK takes an error for a success if it comes with status 200; only the latter has an ETag.
        if (answer.eTag() == null) {
            throw RequestFailure.of(Meaning.TRANSIENT, "the answer has no ETag");
        }
        return answer;
    }

    /**
     * Reads a whole object, in one attempt.
     *
     * @param configuration of the attempt
     */
    ByteBuffer get(RequestCall call, AwsRequestOverrideConfiguration configuration, String key) {
        ResponseTransformer<GetObjectResponse, ByteBuffer> read =
                (answer, stream) -> WholeBody.read(answer.contentLength(), stream);
        ByteBuffer content = client().getObject(
                        get -> get.bucket(bucket()).key(full(key)).overrideConfiguration(configuration), read);
        call.bytes(content.remaining());
        return content;
    }

    /**
     * Asks what is stored. If nothing is, asks for the bucket: the answer has no body to say what is missing.
     *
     * @throws RequestFailure ABSENT if the object is, NO_BUCKET if the bucket is, for instance
     */
    ObjectInfo head(RequestCall call, String key) {
        try {
            return headObject(call, key);
        } catch (RequestFailure e) {
            if (e.meaning() == Meaning.ABSENT) {
                call.repeat(configuration ->
                        client().headBucket(head -> head.bucket(bucket()).overrideConfiguration(configuration)));
            }
            throw e;
        }
    }

    private ObjectInfo headObject(RequestCall call, String key) {
        HeadObjectResponse answer = call.repeat(configuration ->
                client().headObject(head -> head.bucket(bucket()).key(full(key)).overrideConfiguration(configuration)));
        if (answer.contentLength() == null) {
            throw RequestFailure.of(Meaning.REFUSED, "the answer has no content length");
        }
        long modified =
                answer.lastModified() == null ? -1 : answer.lastModified().toEpochMilli();
        return new ObjectInfo(key, answer.contentLength(), modified);
    }

    /** Aborts a multipart upload; one that does not exist is aborted. */
    void abort(String key, String uploadId) {
        RequestCall call = call(RequestKind.DELETE, "abort of the upload of " + key);
        try {
            call.repeat(configuration -> client().abortMultipartUpload(abort ->
                    abort.bucket(bucket()).key(full(key)).uploadId(uploadId).overrideConfiguration(configuration)));
        } catch (RequestFailure e) {
            if (e.meaning() != Meaning.ABSENT) {
                throw call.report(e);
            }
        }
    }
}
