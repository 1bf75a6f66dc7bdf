// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.object.ChunkDecoder;
import io.varve.s3.read.RemoteReader;

/**
 * Holds what a tier is made of.
 *
 * @param config the tier's settings
 * @param context directories, time, threads
 * @param hot the storage in front
 * @param bucket this storage's part of the bucket
 * @param manifest the tier's state
 * @param journal what must survive before the manifest has it
 * @param decoder decodes chunks and blobs
 * @param reader reads records that are in the bucket
 */
record TierParts(
        S3Config config,
        StorageContext context,
        Storage hot,
        ObjectStore bucket,
        Manifest manifest,
        LocalJournal journal,
        ChunkDecoder decoder,
        RemoteReader reader) {
    /** @return waits for commits */
    Commits commits() {
        return new Commits(context.scheduler(), config.commitTimeoutMs());
    }
}
