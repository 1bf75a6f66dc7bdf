// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.s3.client.ScriptedS3.Reply;
import io.varve.s3server.EmbeddedS3;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/** Checks which bodies are signed, and that a store that verifies signatures takes all of them. */
class RequestSigningTest {
    private static final int LARGE = (int) RequestSigning.MIN_UNSIGNED;

    private final VirtualTime time = new VirtualTime(0);
    private final SystemScheduler scheduler = new SystemScheduler(1);

    @AfterEach
    void close() {
        scheduler.close();
    }

    @Test
    void leavesLargeBodiesOutOfSignaturesToAStoreOnThisMachine() throws IOException {
        List<String> hashes = hashesOfAPut(LARGE, "auto");
        assertThat(hashes).containsExactly("UNSIGNED-PAYLOAD");
    }

    @Test
    void signsSmallBodiesWhateverTheStore() throws IOException {
        assertThat(hashesOfAPut(LARGE - 1, "auto")).allMatch(hash -> hash.matches("[0-9a-f]{64}"));
        assertThat(hashesOfAPut(LARGE - 1, "never")).allMatch(hash -> hash.matches("[0-9a-f]{64}"));
    }

    @Test
    void signsLargeBodiesIfTold() throws IOException {
        assertThat(hashesOfAPut(LARGE, "always")).allMatch(hash -> hash.matches("[0-9a-f]{64}"));
    }

    private List<String> hashesOfAPut(int bytes, String signing) throws IOException {
        List<String> hashes = Collections.synchronizedList(new ArrayList<>());
        try (ScriptedS3 server = new ScriptedS3(asked -> {
                    hashes.addAll(asked.headers().get("X-amz-content-sha256"));
                    return Reply.stored();
                });
                S3ObjectStore store = open(
                        Buckets.settings(server.endpoint(), "signed", "id", "secret", "s3.payload.signing", signing))) {
            store.put("a", ByteBuffer.allocate(bytes));
        }
        return hashes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "always", "never"})
    void aStoreThatVerifiesSignaturesTakesTheRequests(String signing) throws IOException {
        try (EmbeddedS3 server = EmbeddedS3.inMemory();
                S3ObjectStore store = open(Buckets.settings(
                        server.endpoint(),
                        server.bucket(),
                        server.accessKey(),
                        server.secretKey(),
                        "s3.payload.signing",
                        signing))) {
            store.upload("parts", new ScriptedParts(1, UploadParts.MIN_PART, UploadParts.MIN_PART, 7));
            store.put("large", ByteBuffer.allocate(LARGE));
            store.put("small", ByteBuffer.allocate(3));
            store.delete(List.of("large", "small"));
            assertThat(store.head("parts").orElseThrow().bytes()).isEqualTo(2L * UploadParts.MIN_PART + 7);
            assertThat(store.head("large")).isEmpty();
        }
    }

    /** The host's header is signed, and has the port unless it is the protocol's own. */
    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:9000", "http://127.0.0.1", "http://127.0.0.1:443", "https://127.0.0.1"})
    void signsTheHostThatIsSent(String endpoint) {
        for (boolean bodies : new boolean[] {true, false}) {
            SignedRequest signed = sign(URI.create(endpoint), new RequestSigning(bodies).signer());

            assertThat(signed.request().getUri()).isEqualTo(URI.create(endpoint + "/varve/key"));
            assertThat(signed.request().firstMatchingHeader("Host"))
                    .contains(endpoint.substring(endpoint.indexOf("//") + 2));
        }
    }

    private static SignedRequest sign(URI endpoint, AwsV4HttpSigner signer) {
        SdkHttpRequest request = SdkHttpRequest.builder()
                .uri(endpoint.resolve("/varve/key"))
                .method(SdkHttpMethod.PUT)
                .headers(Map.of("Content-Length", List.of(Integer.toString(LARGE))))
                .build();
        return signer.sign(sign -> sign.identity(AwsBasicCredentials.create("id", "secret"))
                .request(request)
                .payload(() -> new BufferInputStream(ByteBuffer.allocate(LARGE)))
                .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3"));
    }

    private S3ObjectStore open(BucketSettings settings) {
        return S3ObjectStore.open(settings, time, scheduler, Ids.seeded(1), new VirtualPause(time));
    }
}
