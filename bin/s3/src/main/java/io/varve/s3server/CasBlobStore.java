// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Makes conditional writes atomic: S3Proxy itself answers If-Match by a look and then a write, so that
 * several writers win. Here the condition is checked once more, under a lock of the key that every write
 * takes. Holds within one process only.
 */
final class CasBlobStore extends ForwardingBlobStore {
    /** Bodies up to here are read before the lock is taken: a slow client must not hold a key. */
    private static final int READ_AHEAD = 8 << 20;

    private static final int STRIPES = 1024;

    private final ReentrantLock[] locks = new ReentrantLock[STRIPES];

    CasBlobStore(BlobStore delegate) {
        super(delegate);
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream in) {
        InputStream body = readAhead(request, in);
        return locked(request.bucket(), request.key(), () -> {
            checkIfMatch(request);
            return super.putBlob(request, body);
        });
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        return locked(request.destinationBucket(), request.destinationKey(), () -> super.copyBlob(request));
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        return locked(request.bucket(), request.key(), () -> super.removeBlob(request));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        return locked(request.bucket(), request.key(), () -> super.completeMultipartUpload(upload, request));
    }

    private static InputStream readAhead(PutObjectRequest request, InputStream in) {
        if (request.contentLength() == null || request.contentLength() > READ_AHEAD) {
            return in;
        }
        try (in) {
            return new ByteArrayInputStream(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the body of " + request.key(), e);
        }
    }

    private void checkIfMatch(PutObjectRequest request) {
        if (request.ifMatch() == null) {
            return;
        }
        HeadObjectResponse now = delegate().blobMetadataIfPresent(request.bucket(), request.key());
        if (now == null) {
            throw S3Exceptions.noSuchKey(request.bucket(), request.key(), "If-Match on a key that is not there");
        }
        if (!request.ifMatch().equals("*") && !unquoted(request.ifMatch()).equals(unquoted(now.eTag()))) {
            throw S3Exceptions.preconditionFailed(null);
        }
    }

    private static String unquoted(String eTag) {
        return eTag == null ? "" : eTag.replace("\"", "");
    }

    private <T> T locked(String bucket, String key, Supplier<T> action) {
        ReentrantLock lock = locks[Math.floorMod((bucket + "/" + key).hashCode() * 0x9E3779B1, STRIPES)];
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
