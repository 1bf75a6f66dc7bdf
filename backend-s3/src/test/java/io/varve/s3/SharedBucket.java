// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.rig.TierFaults;
import io.varve.s3server.EmbeddedS3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Shows the bucket of a server that all rigs of this process share, and strikes the server's requests. */
final class SharedBucket implements RigBucket {
    static final EmbeddedS3 SERVER = start();

    private static EmbeddedS3 start() {
        try {
            EmbeddedS3 server = EmbeddedS3.inMemory();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop-s3"));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(EmbeddedS3 server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return settings that lead to the bucket */
    static Map<String, String> settings() {
        return Map.of(
                "s3.endpoint", SERVER.endpoint().toString(),
                "s3.bucket", SERVER.bucket(),
                "s3.access.key.id", SERVER.accessKey(),
                "s3.secret.access.key", SERVER.secretKey(),
                "s3.prefix", "rig");
    }

    @Override
    public List<String> keys(String folder) {
        return SERVER.keys(folder);
    }

    @Override
    public TierFaults faults() {
        return new BucketFaults(SERVER);
    }

    /** The server goes with the process. */
    @Override
    public void close() {}
}
