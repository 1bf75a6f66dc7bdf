// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.build.ports.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs an S3 server, as {@code bin/varve-s3.sh} does for users, with its objects in a directory. */
final class TestBucket implements AutoCloseable {
    private final Path directory;
    private final int port;
    private ChildProcess running;

    private TestBucket(Path directory, int port) {
        this.directory = directory;
        this.port = port;
        start();
    }

    static TestBucket in(Path directory) {
        return new TestBucket(directory.resolve("s3"), FreePort.take());
    }

    /** Starts it again after {@link #kill}. */
    void start() {
        running =
                ChildProcess.start("bin/varve-s3.sh", "--port", Integer.toString(port), "--dir", directory.toString());
        running.awaitOutput(out -> out.contains("ready "));
    }

    /** Ends it as by kill -9. */
    void kill() {
        running.close();
    }

    /**
     * @param others more settings, {@code key=value} each
     * @return settings of a server that is tiered to this bucket, behind the backend under test, quickly
     */
    String[] settings(String... others) {
        List<String> settings = new ArrayList<>(List.of(
                "storage.backend=s3",
                "s3.hot.backend=" + Backend.NAME,
                "s3.endpoint=http://127.0.0.1:" + port,
                "s3.bucket=varve",
                "s3.access.key.id=varve",
                "s3.secret.access.key=varve-secret",
                "s3.upload.max.delay.ms=500",
                "s3.attempt.timeout.ms=5000",
                "s3.request.timeout.ms=10000",
                "log.retention.check.interval.ms=300",
                "offsets.topic.num.partitions=3",
                "transaction.state.log.num.partitions=3"));
        settings.addAll(List.of(others));
        return settings.toArray(String[]::new);
    }

    @Override
    public void close() {
        running.close();
    }
}
