// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Supplies credentials: those of the settings, or of the SDK's default chain. Tells missing ones from a
 * source that fails for a while. Thread-safe.
 */
final class StoreCredentials implements AwsCredentialsProvider, SdkAutoCloseable {
    /** Marks that no source has ever had credentials. */
    private static final class Missing extends SdkClientException {
        private static final long serialVersionUID = 1L;

        Missing(SdkClientException cause) {
            super(SdkClientException.builder().message(cause.getMessage()).cause(cause));
        }
    }

    private final AwsCredentialsProvider source;
    private volatile boolean found;

    private StoreCredentials(AwsCredentialsProvider source) {
        this.source = source;
    }

    static StoreCredentials of(BucketSettings settings) {
        return new StoreCredentials(settings.key()
                .<AwsCredentialsProvider>map(
                        key -> StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret())))
                .orElseGet(() -> DefaultCredentialsProvider.builder().build()));
    }

    /** @return true if a request failed since there are no credentials */
    static boolean areMissing(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Missing) {
                return true;
            }
        }
        return false;
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            AwsCredentials credentials = source.resolveCredentials();
            found = true;
            return credentials;
        } catch (SdkClientException e) {
            if (found) {
                throw e;
            }
            throw new Missing(e);
        }
    }

    @Override
    public void close() {
        if (source instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
