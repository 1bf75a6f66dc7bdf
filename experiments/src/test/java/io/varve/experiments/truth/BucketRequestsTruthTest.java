// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.truth;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import io.varve.experiments.bucket.BucketModel;
import io.varve.experiments.bucket.BucketUsage;
import io.varve.experiments.bucket.SimulatedBucket;
import io.varve.experiments.workload.LatencyModel;
import io.varve.s3.client.BucketSettings;
import io.varve.s3.client.Buckets;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.RequestKind;
import io.varve.s3.client.S3ObjectStore;
import io.varve.s3server.EmbeddedS3;
import io.varve.s3server.S3Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does the same work with the real client on a server, which logs each request that arrives, and on a
 * simulated bucket: what an experiment counts and prices is what would be billed.
 */
@Timeout(300)
class BucketRequestsTruthTest {
    private static final LatencyModel.TierTimes TIMES = new LatencyModel.TierTimes(30, 0, 2, 90_000);

    private EmbeddedS3 server;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        server = EmbeddedS3.inMemory();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void aSimulatedBucketIsAskedAsOftenAsARealOne() {
        List<ObjectStore> clients = new ArrayList<>();
        BucketSettings settings =
                Buckets.settings(server.endpoint(), server.bucket(), server.accessKey(), server.secretKey());
        new TierWork(new VirtualTime(TierWork.START_MS), directory.resolve("real"))
                .play(context -> noted(
                        clients,
                        S3ObjectStore.open(
                                settings.within("main"), context.clock(), context.scheduler(), context.ids())));
        BucketUsage logged = logged();
        long storedBytes = server.keys("").stream()
                .mapToLong(key -> server.read(key).length)
                .sum();

        VirtualTime time = new VirtualTime(TierWork.START_MS);
        SimulatedBucket simulated =
                new SimulatedBucket(new BucketModel(TIMES, 1, List.of()), time, directory.resolve("bucket"), 1);
        List<ObjectStore> simulatedClients = new ArrayList<>();
        new TierWork(time, directory.resolve("simulated"))
                .play(context -> noted(simulatedClients, hastened(simulated.connect())));

        for (RequestKind kind : RequestKind.values()) {
            assertThat(logged.requests(kind))
                    .as("%s requests in the server's log", kind)
                    .isPositive();
        }
        assertThat(counted(clients)).as("what the real client counted").isEqualTo(logged);
        assertThat(counted(simulatedClients))
                .as("what the simulated client counted")
                .isEqualTo(logged);
        BucketUsage usage = simulated.usage();
        assertThat(usage.requests()).as("requests of the simulated bucket").isEqualTo(logged.requests());
        assertThat(usage.bytes()).as("bytes of the simulated bucket").isEqualTo(logged.bytes());
        assertThat(usage.storedBytes()).isEqualTo(storedBytes);
    }

    /**
     * Lets no virtual time pass for requests, as those to the server take none: what waits is asked for
     * together.
     */
    private static ObjectStore hastened(ObjectStore client) {
        client.hasten();
        return client;
    }

    private static ObjectStore noted(List<ObjectStore> clients, ObjectStore client) {
        clients.add(client);
        return client;
    }

    /** Returns what the server saw, by the kinds that S3 bills, with the bytes of objects. */
    private BucketUsage logged() {
        Map<RequestKind, Long> requests = new EnumMap<>(RequestKind.class);
        Map<RequestKind, Long> bytes = new EnumMap<>(RequestKind.class);
        for (S3Request request : server.requests().requests()) {
            RequestKind kind = billedAs(request);
            requests.merge(kind, 1L, Long::sum);
            bytes.merge(kind, objectBytes(request), Long::sum);
        }
        return new BucketUsage(0, requests, bytes);
    }

    private static RequestKind billedAs(S3Request request) {
        return switch (request.kind()) {
            case PUT, CREATE_UPLOAD, UPLOAD_PART, COMPLETE_UPLOAD -> RequestKind.PUT;
            case GET, HEAD, BUCKET -> RequestKind.GET;
            case LIST, LIST_UPLOADS -> RequestKind.LIST;
            case DELETE, DELETE_MANY, ABORT_UPLOAD -> RequestKind.DELETE;
            case COPY, LIST_PARTS -> throw new AssertionError("the client never asks for it: " + request);
        };
    }

    private static long objectBytes(S3Request request) {
        return switch (request.kind()) {
            case PUT, UPLOAD_PART -> request.bytesIn();
            case GET -> request.status() < 300 ? request.bytesOut() : 0;
            default -> 0;
        };
    }

    private static BucketUsage counted(List<ObjectStore> clients) {
        Map<RequestKind, Long> requests = new EnumMap<>(RequestKind.class);
        Map<RequestKind, Long> bytes = new EnumMap<>(RequestKind.class);
        for (ObjectStore client : clients) {
            for (RequestCounts.Row row : client.counts().rows()) {
                assertThat(row.failed()).as("%s", row).isZero();
                requests.merge(row.kind(), row.requests(), Long::sum);
                bytes.merge(row.kind(), row.bytes(), Long::sum);
            }
        }
        return new BucketUsage(0, requests, bytes);
    }
}
