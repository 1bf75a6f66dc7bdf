// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.client.BucketSettings;
import io.varve.s3.client.S3ObjectStore;
import io.varve.s3server.EmbeddedS3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Serves a bucket by the embedded S3 server, and connects to it. */
final class ServedBucket implements AutoCloseable {
    private final EmbeddedS3 server;
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final S3ObjectStore store;

    ServedBucket() throws IOException {
        server = EmbeddedS3.inMemory();
        store = connect();
    }

    /**
     * Connects once more.
     *
     * @param more settings, key after key with its value
     */
    S3ObjectStore connect(String... more) {
        Map<String, String> properties = new HashMap<>(Map.of(
                "s3.endpoint",
                server.endpoint().toString(),
                "s3.bucket",
                server.bucket(),
                "s3.access.key.id",
                server.accessKey(),
                "s3.secret.access.key",
                server.secretKey()));
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return S3ObjectStore.open(
                BucketSettings.of(new StorageProperties(BucketSettings.SETTINGS, properties)),
                Clock.system(),
                scheduler,
                Ids.seeded(1));
    }

    EmbeddedS3 server() {
        return server;
    }

    S3ObjectStore store() {
        return store;
    }

    SystemScheduler scheduler() {
        return scheduler;
    }

    @Override
    public void close() {
        store.close();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            scheduler.close();
        }
    }
}
