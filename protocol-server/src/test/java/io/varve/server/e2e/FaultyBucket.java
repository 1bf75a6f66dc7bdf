// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.s3server.EmbeddedS3;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import io.varve.s3server.S3RequestKind;
import io.varve.s3server.S3RequestLog;
import io.varve.s3server.S3Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Serves the bucket of servers under test from this process: it outlives them, and fails when told to. */
final class FaultyBucket implements AutoCloseable {
    /** Where the segments of the servers under test are. */
    static final String SEGMENTS = "main/data/";

    private final EmbeddedS3 s3;

    private FaultyBucket(EmbeddedS3 s3) {
        this.s3 = s3;
    }

    /** @param seed of the faults' chances */
    static FaultyBucket start(Path directory, long seed) {
        try {
            return new FaultyBucket(EmbeddedS3.start(S3Settings.in(directory).seed(seed)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the settings of a server whose records go to this bucket, and others */
    String[] settings(String... others) {
        List<String> all = new ArrayList<>(List.of(
                "storage.backend=s3",
                "s3.hot.backend=" + (Backend.NAME.equals("lmdb") ? "lmdb" : "file"),
                "s3.endpoint=" + s3.endpoint(),
                "s3.bucket=" + s3.bucket(),
                "s3.access.key.id=" + s3.accessKey(),
                "s3.secret.access.key=" + s3.secretKey()));
        all.addAll(List.of(others));
        return all.toArray(String[]::new);
    }

    S3Faults faults() {
        return s3.faults();
    }

    S3RequestLog requests() {
        return s3.requests();
    }

    /** @return how many faults have struck */
    long struck() {
        return faults().injected().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Lets every fault that a store can have strike now and then, until the faults are cleared. */
    void failNowAndThen() {
        faults().add(FaultRule.of(S3Fault.SLOW_DOWN).chance(0.03));
        faults().add(FaultRule.of(S3Fault.SERVER_ERROR).chance(0.02));
        faults().add(FaultRule.of(S3Fault.CONFLICT).chance(0.05));
        faults().add(FaultRule.of(S3Fault.REPLY_LOST).chance(0.03));
        faults().add(FaultRule.of(S3Fault.ERROR_AFTER).chance(0.02));
        faults().add(FaultRule.of(S3Fault.UNREACHABLE).chance(0.02));
        faults().add(FaultRule.of(S3Fault.CUT_BODY).chance(0.05));
        faults().add(FaultRule.of(S3Fault.WRONG_BYTES).chance(0.05));
        faults().add(FaultRule.slow(200).chance(0.03));
    }

    /** Begins an outage: the bucket is away for the next requests. */
    S3Faults.Rule outage(int requests) {
        return faults().add(FaultRule.of(S3Fault.UNREACHABLE).times(requests));
    }

    /** @return the keys of all segments in the bucket */
    Set<String> segments() {
        return new TreeSet<>(s3.keys(SEGMENTS));
    }

    /** @return how many times the servers asked for bytes of objects */
    long gets() {
        return requests().count(S3RequestKind.GET).requests();
    }

    @Override
    public void close() {
        try {
            s3.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
