// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Strikes requests with each fault, and looks at what the client sees and what the bucket holds. */
class S3FaultsTest {
    private static EmbeddedS3 server;
    private static S3Client client;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedS3.start(S3Settings.inMemory().seed(11));
        client = S3Clients.of(server);
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        server.close();
    }

    @BeforeEach
    void forget() {
        server.requests().reset();
    }

    @AfterEach
    void noMoreFaults() {
        server.faults().clear();
        server.keys("").forEach(server::remove);
    }

    @ParameterizedTest
    @EnumSource(names = {"SLOW_DOWN", "SERVER_ERROR", "DENIED", "EXPIRED_TOKEN"})
    void refusesBeforeAnythingHappened(S3Fault fault) {
        server.faults().add(FaultRule.of(fault).times(1));
        assertThatThrownBy(() -> put("k", new byte[100_000])).isInstanceOfSatisfying(S3Exception.class, e -> {
            assertThat(e.statusCode()).isEqualTo(fault.status);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(fault.code);
        });
        assertThat(server.keys("")).isEmpty();
        assertThat(server.requests().requests()).singleElement().satisfies(request -> {
            assertThat(request.status()).isEqualTo(fault.status);
            assertThat(request.fault()).contains(fault);
        });
        put("k", new byte[1]);
        assertThat(server.keys("")).containsExactly("k");
    }

    @Test
    void closesTheConnectionBeforeAnythingHappened() {
        try (S3Faults.Rule outage = server.faults().add(FaultRule.of(S3Fault.UNREACHABLE))) {
            assertThatThrownBy(() -> put("k", new byte[10])).isInstanceOf(SdkClientException.class);
            assertThatThrownBy(() -> get("k")).isInstanceOf(SdkClientException.class);
            assertThat(outage.hits()).isEqualTo(2);
        }
        assertThat(server.keys("")).isEmpty();
        put("k", new byte[10]);
        assertThat(get("k")).hasSize(10);
    }

    @Test
    void saysThatARequestFailedAfterItWasCarriedOut() {
        server.faults().add(FaultRule.of(S3Fault.ERROR_AFTER).times(1));
        assertThatThrownBy(() -> put("k", new byte[10]))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(500));
        assertThat(server.keys("")).containsExactly("k");
    }

    @Test
    void losesAReplyAfterTheRequestWasCarriedOut() {
        server.faults().add(FaultRule.of(S3Fault.REPLY_LOST).times(1));
        assertThatThrownBy(() -> put("k", new byte[10])).isInstanceOf(SdkClientException.class);
        assertThat(server.keys("")).containsExactly("k");
    }

    @Test
    void leavesOnlyConditionalWritesUndecided() {
        server.faults().add(FaultRule.of(S3Fault.CONFLICT));
        put("plain", new byte[1]);
        assertThatThrownBy(() -> client.putObject(
                        r -> r.bucket(server.bucket()).key("conditional").ifNoneMatch("*"),
                        RequestBody.fromString("x")))
                .isInstanceOfSatisfying(S3Exception.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(409);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ConditionalRequestConflict");
                });
        assertThat(server.keys("")).containsExactly("plain");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 700, 100_000, 3_000_000})
    void cutsAnAnswerInItsBody(int size) {
        put("k", new byte[size]);
        server.faults().add(FaultRule.of(S3Fault.CUT_BODY).times(1));
        assertThatThrownBy(() -> get("k")).isInstanceOf(SdkClientException.class);
        S3Request cut = server.requests().requests().get(1);
        assertThat(cut.fault()).contains(S3Fault.CUT_BODY);
        assertThat(cut.bytesOut()).isLessThan(size);
        assertThat(get("k")).hasSize(size);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 700, 100_000, 3_000_000})
    void flipsOneBit(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        put("k", bytes);
        server.faults().add(FaultRule.of(S3Fault.WRONG_BYTES).times(1));
        BitSet got = BitSet.valueOf(get("k"));
        got.xor(BitSet.valueOf(bytes));
        assertThat(got.cardinality()).isEqualTo(1);
        assertThat(get("k")).isEqualTo(bytes);
    }

    @Test
    void makesRequestsWait() {
        put("k", new byte[10]);
        server.faults().add(FaultRule.slow(300).on(S3RequestKind.GET).times(1));
        long before = System.nanoTime();
        assertThat(get("k")).hasSize(10);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(300_000_000L);
    }

    @Test
    void strikesByKindPrefixAndChance() {
        server.faults()
                .add(FaultRule.of(S3Fault.SLOW_DOWN)
                        .on(S3RequestKind.PUT)
                        .under("a/")
                        .chance(0.5));
        int failed = 0;
        for (int i = 0; i < 40; i++) {
            put("b/" + i, new byte[1]);
            try {
                put("a/" + i, new byte[1]);
            } catch (S3Exception e) {
                failed++;
            }
        }
        assertThat(failed).as("of 40, seed %d", server.faults().seed()).isBetween(8, 32);
        assertThat(server.keys("a/")).hasSize(40 - failed);
        assertThat(server.faults().injected().get(S3Fault.SLOW_DOWN)).isGreaterThanOrEqualTo(failed);
    }

    private static void put(String key, byte[] bytes) {
        client.putObject(r -> r.bucket(server.bucket()).key(key), RequestBody.fromBytes(bytes));
    }

    private static byte[] get(String key) {
        return client.getObjectAsBytes(r -> r.bucket(server.bucket()).key(key)).asByteArray();
    }
}
