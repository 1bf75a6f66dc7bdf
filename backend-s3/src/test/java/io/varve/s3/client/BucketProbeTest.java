// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ScriptedS3.Reply;
import io.varve.s3server.EmbeddedS3;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3RequestKind;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BucketProbeTest {
    private static final String LISTED = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    private static final long LATER = Instant.now().plusSeconds(7_200).toEpochMilli();

    private static EmbeddedS3 server;
    private final VirtualTime time = new VirtualTime(LATER);
    private final SystemScheduler scheduler = new SystemScheduler(1);

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedS3.inMemory();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @AfterEach
    void closeAll() {
        server.faults().clear();
        scheduler.close();
    }

    @Test
    void aGoodBucketCostsTwentyRequestsAndIsLeftAsItWas() {
        server.write("probe/of-a-server-that-died", new byte[] {1});
        server.write("data/kept", new byte[] {1});
        probe(server.bucket(), server.secretKey());
        assertThat(server.keys("")).containsExactly("data/kept");
        server.requests().reset();
        probe(server.bucket(), server.secretKey());
        assertThat(server.requests().requests()).hasSize(19);
        assertThat(server.keys("")).containsExactly("data/kept");
    }

    @Test
    void bytesThatAreDamagedOnTheirWayAreReadAgain() {
        try (var wrong = server.faults().add(FaultRule.of(S3Fault.WRONG_BYTES).times(1))) {
            probe(server.bucket(), server.secretKey());
            assertThat(wrong.hits()).isEqualTo(1);
        }
    }

    @Test
    void aMissingBucketIsRefused() {
        assertThatThrownBy(() -> probe("missing", server.secretKey()))
                .satisfies(this::isMisuseOfOneLine)
                .hasMessageContaining("bucket 'missing' at " + server.endpoint() + ": 404 NoSuchBucket")
                .hasMessageContaining("correct s3.bucket");
    }

    @Test
    void wrongCredentialsAreRefused() {
        assertThatThrownBy(() -> probe(server.bucket(), "wrong-one"))
                .satisfies(this::isMisuseOfOneLine)
                .hasMessageContaining("403 SignatureDoesNotMatch")
                .hasMessageContaining("s3.secret.access.key")
                .hasMessageNotContaining("wrong-one");
    }

    @Test
    void aBucketThatCannotBeWrittenReadOrCleanedIsRefused() {
        for (S3RequestKind kind :
                new S3RequestKind[] {S3RequestKind.LIST, S3RequestKind.PUT, S3RequestKind.GET, S3RequestKind.DELETE}) {
            try (var rule = server.faults().add(FaultRule.of(S3Fault.DENIED).on(kind))) {
                assertThatThrownBy(() -> probe(server.bucket(), server.secretKey()))
                        .satisfies(this::isMisuseOfOneLine)
                        .hasMessageContaining("403 AccessDenied");
                assertThat(rule.hits()).isPositive();
            }
        }
    }

    @Test
    void anUnreachableStoreIsReportedSoon() throws IOException {
        EmbeddedS3 gone = EmbeddedS3.inMemory();
        URI endpoint = gone.endpoint();
        gone.close();
        assertThatThrownBy(() -> probe(endpoint, "varve", "secret"))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.RETRY))
                .hasMessageContaining(endpoint.toString())
                .hasMessageContaining("refused")
                .hasMessageContaining("s3.endpoint");
        assertThat(time.millis() - LATER).isLessThanOrEqualTo(10_000);
    }

    @Test
    void conflictsAreTriedAgain() {
        server.faults().add(FaultRule.of(S3Fault.CONFLICT).times(16));
        probe(server.bucket(), server.secretKey());
        server.faults().add(FaultRule.of(S3Fault.CONFLICT));
        assertThatThrownBy(() -> probe(server.bucket(), server.secretKey()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("none of 16 racing writers");
    }

    @Test
    void aStoreThatLetsTwoWritersWinIsRefused() throws IOException {
        ConcurrentHashMap<String, byte[]> objects = new ConcurrentHashMap<>();
        try (ScriptedS3 careless = new ScriptedS3(asked -> switch (asked.method()) {
            case "PUT" -> {
                assertThat(asked.isConditional()).isTrue();
                objects.put(asked.path(), asked.body());
                yield Reply.stored();
            }
            case "DELETE" -> {
                objects.remove(asked.path());
                yield Reply.of(204, "");
            }
            default -> Reply.of(200, LISTED);
        })) {
            assertThatThrownBy(() -> probe(careless.endpoint(), "varve", "secret"))
                    .satisfies(this::isMisuseOfOneLine)
                    .hasMessageContaining("16 of 16 racing writers created the same object")
                    .hasMessageContaining("bucket 'varve' at " + careless.endpoint());
            assertThat(objects).isEmpty();
        }
    }

    @Test
    void aStoreThatDoesNotKnowConditionsIsRefused() throws IOException {
        try (ScriptedS3 old = new ScriptedS3(
                asked -> asked.method().equals("GET") ? Reply.of(200, LISTED) : Reply.error(501, "NotImplemented"))) {
            assertThatThrownBy(() -> probe(old.endpoint(), "varve", "secret"))
                    .satisfies(this::isMisuseOfOneLine)
                    .hasMessageContaining("501 NotImplemented")
                    .hasMessageContaining("conditional writes");
        }
    }

    private void isMisuseOfOneLine(Throwable thrown) {
        assertThat(thrown).isInstanceOfSatisfying(StorageException.class, e -> {
            assertThat(e.kind()).isEqualTo(StorageException.Kind.MISUSE);
            assertThat(e.getMessage()).doesNotContain("\n");
        });
    }

    private void probe(String bucket, String secret) {
        probe(server.endpoint(), bucket, secret);
    }

    private void probe(URI endpoint, String bucket, String secret) {
        BucketSettings settings = Buckets.settings(endpoint, bucket, server.accessKey(), secret);
        try (S3ObjectStore store =
                S3ObjectStore.open(settings, time, scheduler, Ids.random(), new VirtualPause(time))) {
            BucketProbe.run(store, scheduler, Ids.random());
        }
    }
}
