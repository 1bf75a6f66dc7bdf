// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

/**
 * Holds what was loaded.
 *
 * @param state the fold
 * @param snapshot number of the snapshot that was read; 0 for none
 * @param snapshotBytes its size
 * @param entries number of entries that were replayed
 * @param entryBytes their size
 */
record LoadedManifest(ManifestState state, long snapshot, long snapshotBytes, int entries, long entryBytes) {}
