// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Moves bytes to and from a bucket with nothing but the SDK: what the tier is compared with. Not thread-safe.
 */
final class BareTransfers implements AutoCloseable {
    private static final int PART = 8 << 20;
    private static final int RANGE = 1 << 20;

    private final String bucket;
    private final S3Client client;
    private final ExecutorService threads;

    /**
     * @param target the bucket
     * @param width number of requests at a time
     */
    BareTransfers(TierTarget target, int width) {
        bucket = target.bucket();
        threads = Executors.newFixedThreadPool(width);
        client = S3Client.builder()
                .endpointOverride(URI.create(target.endpoint()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(target.accessKey(), target.secretKey())))
                .httpClientBuilder(Apache5HttpClient.builder().maxConnections(width))
                .build();
    }

    /** Uploads one object in parts of 8 MiB, several at a time. */
    void upload(String key, ByteBuffer content) {
        String id = client.createMultipartUpload(b -> b.bucket(bucket).key(key)).uploadId();
        List<Future<CompletedPart>> parts = new ArrayList<>();
        for (int at = 0; at < content.limit(); at += PART) {
            int number = parts.size() + 1;
            ByteBuffer part = content.slice(at, Math.min(PART, content.limit() - at));
            parts.add(threads.submit(() -> CompletedPart.builder()
                    .partNumber(number)
                    .eTag(client.uploadPart(
                                    b -> b.bucket(bucket).key(key).uploadId(id).partNumber(number),
                                    RequestBody.fromRemainingByteBuffer(part))
                            .eTag())
                    .build()));
        }
        List<CompletedPart> done = parts.stream().map(BareTransfers::get).toList();
        client.completeMultipartUpload(
                b -> b.bucket(bucket).key(key).uploadId(id).multipartUpload(m -> m.parts(done)));
    }

    /**
     * Reads every object under a prefix by ranges of 1 MiB, several at a time.
     *
     * @return number of bytes read
     */
    long readAll(String prefix) {
        List<Future<Long>> ranges = new ArrayList<>();
        for (S3Object object : objects(prefix)) {
            for (long at = 0; at < object.size(); at += RANGE) {
                String range = "bytes=" + at + "-" + (Math.min(object.size(), at + RANGE) - 1);
                ranges.add(threads.submit(() -> read(object.key(), range)));
            }
        }
        return ranges.stream().mapToLong(BareTransfers::get).sum();
    }

    /** Reads the first range of one object under a prefix. */
    void readFirst(String prefix) {
        read(objects(prefix).get(0).key(), "bytes=0-" + (RANGE - 1));
    }

    /** @return bytes of every object under a prefix */
    long bytes(String prefix) {
        return objects(prefix).stream().mapToLong(S3Object::size).sum();
    }

    private List<S3Object> objects(String prefix) {
        return client.listObjectsV2Paginator(b -> b.bucket(bucket).prefix(prefix)).contents().stream()
                .toList();
    }

    private long read(String key, String range) {
        byte[] buffer = new byte[64 << 10];
        long bytes = 0;
        try (InputStream in = client.getObject(b -> b.bucket(bucket).key(key).range(range))) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes += n;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        client.close();
    }
}
