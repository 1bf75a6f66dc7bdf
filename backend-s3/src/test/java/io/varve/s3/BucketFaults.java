// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.rig.TierFaults;
import io.varve.s3server.EmbeddedS3;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;

/** Strikes the requests to an embedded server. */
final class BucketFaults implements TierFaults {
    private static final long SLOW_MS = 30;

    private final EmbeddedS3 server;
    private final long before;

    BucketFaults(EmbeddedS3 server) {
        this.server = server;
        this.before = all();
    }

    private static FaultRule rule(Kind kind) {
        return switch (kind) {
            case UNREACHABLE -> FaultRule.of(S3Fault.UNREACHABLE);
            case REFUSED -> FaultRule.of(S3Fault.SLOW_DOWN);
            case REPLY_LOST -> FaultRule.of(S3Fault.REPLY_LOST);
            case CUT_ANSWER -> FaultRule.of(S3Fault.CUT_BODY);
            case WRONG_ANSWER -> FaultRule.of(S3Fault.WRONG_BYTES);
            case SLOW -> FaultRule.slow(SLOW_MS);
            case DENIED -> FaultRule.of(S3Fault.DENIED);
        };
    }

    private long all() {
        return server.faults().injected().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public boolean strike(Kind kind, double chance) {
        server.faults().add(rule(kind).chance(chance));
        return true;
    }

    @Override
    public long struck() {
        return all() - before;
    }

    @Override
    public String describe() {
        return "seed " + server.faults().seed();
    }

    @Override
    public void heal() {
        server.faults().clear();
    }
}
