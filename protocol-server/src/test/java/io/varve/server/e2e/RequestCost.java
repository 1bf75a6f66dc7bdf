// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Holds what a thousand requests of each kind of work cost, as measured, and fails on {@link #SLACK} times
 * that. Lower the numbers when the server becomes cheaper: a bound that is far off finds nothing. A commit to
 * the ring of a data directory is a write call that waits for the device, and no force. On a machine so busy
 * that such a write takes long, the committer's thread commits and wakes the loop again, by one more call.
 */
enum RequestCost {
    /** Requests of 16 KB to one partition, five in flight. */
    PRODUCE_ONE(onFiles(10, 1_000, 300, 3_950), onLmdb(230, 2_000, 3_800)),
    /** Batches of 16 KB, lz4, to eight partitions; a request has up to eight. */
    PRODUCE_MANY(onFiles(60, 500, 250, 2_550), onLmdb(30, 550, 2_300)),
    /** Requests of one record, one after the other: each is committed alone. */
    PRODUCE_SINGLY(onFiles(10, 2_000, 60, 6_000), onLmdb(0, 5_800, 3_950)),
    /** Fetches of a batch of 16 KB. */
    FETCH(onFiles(0, 0, 0, 4_100), onLmdb(0, 0, 3_850)),
    /** Records, each produced and awaited by a fetch. */
    FETCH_AWAITED(onFiles(10, 3_000, 10, 10_900), onLmdb(0, 7_000, 8_800));

    /** How many times the measured count is too much. Counts of forces under load differ by a fifth. */
    static final double SLACK = 1.5;
    /** How much is too much where next to nothing was measured: a server does some work without requests. */
    static final double IDLE = 100;

    private final ServerMeter.Counts measured;

    RequestCost(ServerMeter.Counts onFiles, ServerMeter.Counts onLmdb) {
        measured = Backend.NAME.equals("lmdb") ? onLmdb : onFiles;
    }

    private static ServerMeter.Counts onFiles(long forces, long loopWrites, long otherWrites, long loopKib) {
        return new ServerMeter.Counts(forces, loopWrites, otherWrites, loopKib);
    }

    /** LMDB's forces are not seen; they are a part of commits, whose write calls are. */
    private static ServerMeter.Counts onLmdb(long loopWrites, long otherWrites, long loopKib) {
        return new ServerMeter.Counts(0, loopWrites, otherWrites, loopKib);
    }

    ServerMeter.Counts measured() {
        return measured;
    }

    /**
     * Fails if a count is too high; says which, and by how much.
     *
     * @param counts per thousand requests
     */
    void check(ServerMeter.Counts counts) {
        List<String> risen = new ArrayList<>();
        add(risen, "forces", counts.forces(), measured.forces());
        add(risen, "write calls", counts.writes(), measured.writes());
        add(risen, "KiB allocated by event loops", counts.loopKib(), measured.loopKib());
        assertThat(risen).as("per 1,000 requests, %s on %s", this, Backend.NAME).isEmpty();
    }

    private static void add(List<String> risen, String what, long now, long before) {
        double bound = Math.max(before * SLACK, IDLE);
        if (now > bound) {
            risen.add(String.format(Locale.ROOT, "%s: %d; measured before %d, allowed %.0f", what, now, before, bound));
        }
    }
}
