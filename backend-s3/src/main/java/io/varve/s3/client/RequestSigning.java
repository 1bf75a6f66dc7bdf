// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/**
 * Signs requests as the SDK does, but decides itself which bodies are part of a signature: over http the SDK
 * hashes each of them. A request's headers are always signed, its checksum among them. Thread-safe.
 */
final class RequestSigning implements AwsV4AuthScheme {
    /** Smaller bodies are always signed over http: manifest entries, lists of objects to delete. */
    static final long MIN_UNSIGNED = 1 << 20;

    private static final String HTTP = "http";
    private static final String HTTPS = "https";
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final AwsV4HttpSigner signer;

    /** @param bodies whether large bodies are signed */
    RequestSigning(boolean bodies) {
        signer = new BodySigner(AwsV4HttpSigner.create(), bodies);
    }

    @Override
    public String schemeId() {
        return SCHEME_ID;
    }

    @Override
    public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
        return providers.identityProvider(AwsCredentialsIdentity.class);
    }

    @Override
    public AwsV4HttpSigner signer() {
        return signer;
    }

    private record BodySigner(AwsV4HttpSigner sdk, boolean bodies) implements AwsV4HttpSigner {
        @Override
        public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
            return signWith(request);
        }

        private <T extends AwsCredentialsIdentity> SignedRequest signWith(SignRequest<T> request) {
            if (bodies) {
                return sdk.sign(request.toBuilder()
                        .putProperty(PAYLOAD_SIGNING_ENABLED, request.payload().isPresent())
                        .build());
            }
            SdkHttpRequest http = request.request();
            if (!mayBeUnsigned(http) || request.payload().isEmpty()) {
                return sdk.sign(request);
            }
            // The signer leaves a body out of the signature of an https request only. The protocol itself is
            // no part of a signature, and the port is only if it is not the protocol's own.
            int port = http.port() == HTTP_PORT ? HTTPS_PORT : http.port();
            SignedRequest signed = sdk.sign(request.toBuilder()
                    .request(http.toBuilder().protocol(HTTPS).port(port).build())
                    .putProperty(PAYLOAD_SIGNING_ENABLED, false)
                    .build());
            return signed.toBuilder()
                    .request(signed.request().toBuilder()
                            .protocol(HTTP)
                            .port(http.port())
                            .build())
                    .build();
        }

        private static boolean mayBeUnsigned(SdkHttpRequest request) {
            return HTTP.equals(request.protocol())
                    && request.port() != HTTPS_PORT
                    && request.method() == SdkHttpMethod.PUT
                    && request.firstMatchingHeader("Content-Length")
                            .filter(length -> Long.parseLong(length) >= MIN_UNSIGNED)
                            .isPresent();
        }

        @Override
        public CompletableFuture<AsyncSignedRequest> signAsync(
                AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
            return sdk.signAsync(request);
        }
    }
}
