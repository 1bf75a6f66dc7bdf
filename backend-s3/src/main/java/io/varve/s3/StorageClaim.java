// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.Claim;
import io.varve.s3.manifest.Claimant;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestLog;
import io.varve.s3.manifest.ManifestView;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.UUID;

/**
 * Claims the storage in the bucket for this server, which fences its former owner. Refuses to if the data on
 * this machine is not that of the bucket: another server has owned the storage since, and has gone its own
 * way. Stateless.
 */
final class StorageClaim {
    private StorageClaim() {}

    /**
     * @throws StorageException MISUSE if the storage is another's; RETRY if the bucket cannot be reached;
     *     CORRUPT
     */
    static Manifest claim(StorageContext context, ObjectStore bucket, LocalJournal journal, Storage hot) {
        UUID incarnation = context.ids().next();
        // Before the claim: if its answer is lost, the next start must know whose it was.
        journal.noteIncarnation(incarnation);
        try {
            return ManifestLog.claim(
                    bucket, context, new Claimant(incarnation, host(), found -> check(found, context, journal, hot)));
        } catch (ObjectStoreException e) {
            throw BucketFailure.of(e);
        }
    }

    private static void check(ManifestView found, StorageContext context, LocalJournal journal, Storage hot) {
        Claim owner = found.owner().orElse(null);
        if (owner == null
                || journal.knows(owner.incarnation())
                || hot.partitions().isEmpty()) {
            return;
        }
        throw new StorageException(
                StorageException.Kind.MISUSE,
                "the storage in the bucket (" + S3Config.STORAGE_ID + ") belongs to another server since "
                        + Instant.ofEpochMilli(owner.timeMs()) + ", that of host '" + owner.host()
                        + "', and the partitions in " + context.directories() + " are not its: set "
                        + S3Config.STORAGE_ID + " to a name of this server's own, or start with empty directories to "
                        + "take over what is in the bucket");
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
