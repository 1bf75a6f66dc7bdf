// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries a bucket before anything relies on it: lists it, lets several writers race to create one object,
 * reads and deletes that object. Refuses a store that lets two of them win: owners of the storage could not
 * fence each other. About 20 requests, under the key {@value #FOLDER}.
 */
public final class BucketProbe {
    /** What keys of probes begin with. */
    public static final String FOLDER = "probe/";

    private static final long MAX_MS = 10_000;
    private static final long LEFTOVER_MS = 3_600_000;
    private static final int ROUNDS = 3;
    private static final int MAX_READS = 10;

    private final S3ObjectStore store;
    private final ObjectRequests requests;
    private final Scheduler scheduler;
    private final Ids ids;

    private BucketProbe(S3ObjectStore store, Scheduler scheduler, Ids ids) {
        this.store = store;
        this.scheduler = scheduler;
        this.ids = ids;
        requests = store.requests();
    }

    /**
     * Probes a bucket.
     *
     * @param store the bucket
     * @param scheduler runs the racing writers
     * @param ids makes a new key
     * @throws StorageException MISUSE if the bucket cannot be used, RETRY if it cannot be reached; the
     *     message is one line with the bucket, the store's answer, and what would be right
     */
    public static void run(S3ObjectStore store, Scheduler scheduler, Ids ids) {
        try {
            new BucketProbe(store, scheduler, ids).run();
        } catch (ObjectStoreException e) {
            StorageException.Kind kind =
                    e.kind() == Kind.UNAVAILABLE ? StorageException.Kind.RETRY : StorageException.Kind.MISUSE;
            throw new StorageException(kind, "the bucket cannot be used: " + e.getMessage() + "; " + right(e), e);
        }
    }

    private static String right(ObjectStoreException failure) {
        return switch (failure.kind()) {
            case UNAVAILABLE -> "the store must be up and s3.endpoint its address";
            case DENIED ->
                "s3.access.key.id and s3.secret.access.key must be right, or the default credentials valid, and must"
                        + " allow to list the bucket and to get, put and delete its objects";
            case NO_BUCKET -> "the bucket must exist: make it, or correct s3.bucket, s3.region or s3.endpoint";
            case ABSENT, REFUSED ->
                "s3.endpoint, s3.region and s3.path.style must be right, and the store must know conditional writes"
                        + " and the checksums of s3.checksums";
        };
    }

    private void run() {
        removeLeftovers();
        for (int round = 1; ; round++) {
            CreationRace race = new CreationRace(requests, scheduler, FOLDER + ids.next(), MAX_MS);
            race.run();
            if (!race.winners().isEmpty()) {
                judge(race);
                store.delete(List.of(race.key()));
                return;
            }
            if (round == ROUNDS) {
                throw new ObjectStoreException(
                        Kind.UNAVAILABLE,
                        "none of " + CreationRace.WRITERS + " racing writers could create an object in "
                                + requests.connection().place() + ": " + race.lastFailure(),
                        null);
            }
        }
    }

    private void judge(CreationRace race) {
        try {
            int winners = race.winners().size();
            if (winners > 1) {
                throw refuse(winners + " of " + CreationRace.WRITERS
                        + " racing writers created the same object, so two servers could own one storage; a store must"
                        + " let exactly one PUT with If-None-Match: * succeed");
            }
            readBack(race.key(), race.winners().get(0));
        } catch (StorageException | ObjectStoreException e) {
            try {
                store.delete(List.of(race.key()));
            } catch (ObjectStoreException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /** Lists the objects of earlier probes that did not end, and removes those of another hour. */
    private void removeLeftovers() {
        long now = requests.connection().clock().millis();
        List<String> old = new ArrayList<>();
        new ObjectListing(requests, MAX_MS).objects(FOLDER, "", object -> {
            if (object.modifiedMs() >= 0 && object.modifiedMs() < now - LEFTOVER_MS) {
                old.add(object.key());
            }
        });
        store.delete(old);
    }

    private void readBack(String key, String written) {
        ByteBuffer sent = ByteBuffer.wrap(written.getBytes(StandardCharsets.UTF_8));
        DamagedReads wrong = new DamagedReads();
        for (ByteBuffer stored = stored(key); !stored.equals(sent); stored = stored(key)) {
            if (wrong.isStored(stored)) {
                throw refuse("an object has other bytes than the only writer that created it sent");
            }
            if (wrong.count() == MAX_READS) {
                throw new ObjectStoreException(
                        Kind.UNAVAILABLE,
                        requests.connection().place() + ": an object has other bytes at each of " + MAX_READS
                                + " reads",
                        null);
            }
        }
    }

    private ByteBuffer stored(String key) {
        return store.get(key)
                .orElseThrow(() -> refuse("an object that was just created is not there: reads must see writes"));
    }

    private StorageException refuse(String reason) {
        return new StorageException(
                StorageException.Kind.MISUSE,
                "the bucket cannot be used: " + requests.connection().place() + ": " + reason);
    }
}
