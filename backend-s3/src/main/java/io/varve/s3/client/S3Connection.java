// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Owns what all requests to a bucket share: the SDK's client, which does not repeat requests itself, the
 * pauses between attempts, and the threads that send parts. Thread-safe.
 */
final class S3Connection implements AutoCloseable {
    private final BucketSettings settings;
    private final Clock clock;
    private final Scheduler scheduler;
    private final RetryPause pause;
    private final Backoff backoff;
    private final PartThreads threads;
    private final StoreCredentials credentials;
    private final S3Client client;
    private volatile boolean hastened;
    private volatile boolean closed;

    S3Connection(BucketSettings settings, Clock clock, Scheduler scheduler, Ids ids, RetryPause pause) {
        this.settings = settings;
        this.clock = clock;
        this.scheduler = scheduler;
        this.pause = pause;
        backoff = new Backoff(ids);
        threads = new PartThreads(scheduler, settings.limits().partsInFlight());
        credentials = StoreCredentials.of(settings);
        client = connect(settings, credentials);
    }

    private static S3Client connect(BucketSettings settings, StoreCredentials credentials) {
        RequestLimits limits = settings.limits();
        Duration attempt = Duration.ofMillis(limits.attemptMs());
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(settings.region()))
                .forcePathStyle(settings.pathStyle())
                .credentialsProvider(credentials)
                .overrideConfiguration(own -> own.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                // To sign a body in pieces takes more CPU, and not every store knows it.
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
                .httpClientBuilder(Apache5HttpClient.builder()
                        .maxConnections(limits.connections())
                        .connectionTimeout(Duration.ofMillis(limits.connectMs()))
                        .connectionAcquisitionTimeout(attempt)
                        .socketTimeout(attempt));
        settings.endpoint().ifPresent(builder::endpointOverride);
        switch (settings.integrity().bodies()) {
            case ALL -> builder.putAuthScheme(new RequestSigning(true));
            case SMALL -> builder.putAuthScheme(new RequestSigning(false));
            case OVER_HTTP -> {
                // as the SDK does it
            }
        }
        if (settings.integrity().checksum() == UploadChecksum.MD5) {
            builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                    .addPlugin(LegacyMd5Plugin.create());
        }
        return builder.build();
    }

    S3Client client() {
        return client;
    }

    Clock clock() {
        return clock;
    }

    RetryPause pause() {
        return pause;
    }

    Backoff backoff() {
        return backoff;
    }

    PartThreads threads() {
        return threads;
    }

    RequestLimits limits() {
        return settings.limits();
    }

    UploadChecksum checksum() {
        return settings.integrity().checksum();
    }

    String bucket() {
        return settings.bucket();
    }

    String prefix() {
        return settings.prefix();
    }

    /** @return bucket and store, for messages */
    String place() {
        return settings.place();
    }

    boolean isClosed() {
        return closed;
    }

    /** @return true if no request is repeated any more */
    boolean isHastened() {
        return hastened;
    }

    /** Ends pauses and repetitions at once, and the rest after a while. Idempotent. */
    void hasten() {
        synchronized (this) {
            if (hastened) {
                return;
            }
            hastened = true;
        }
        pause.end();
        scheduler.schedule(ObjectStore.GRACE_MS, this::close);
    }

    /** Ends pauses, part threads and connections. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        pause.end();
        threads.close();
        client.close();
        credentials.close();
    }
}
