// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.s3.read.RemoteReader;
import io.varve.s3.upload.BucketUpkeep;
import io.varve.s3.upload.SegmentUploader;

/**
 * Holds what works in the background.
 *
 * @param uploader uploads sealed segments
 * @param bucketUpkeep deletes and sweeps objects
 * @param tierUpkeep commits starts, ends idle segments
 * @param ownerCheck notices a successor
 * @param usage notes requests and backlog
 * @param reader reads records that are in the bucket
 */
record TierServices(
        SegmentUploader uploader,
        BucketUpkeep bucketUpkeep,
        TierUpkeep tierUpkeep,
        OwnerCheck ownerCheck,
        UsageFile usage,
        RemoteReader reader) {
    /** Ends all of them; what is not uploaded stays on this machine. */
    void close() {
        ownerCheck.close();
        tierUpkeep.close();
        uploader.close();
        bucketUpkeep.close();
        usage.close();
        reader.close();
    }
}
