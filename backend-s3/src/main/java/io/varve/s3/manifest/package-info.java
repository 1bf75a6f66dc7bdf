// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the state of the tier as a fold over one log of edits in the bucket: which objects hold which
 * segments. Claims the storage, fences its former owner, takes snapshots, replays.
 */
package io.varve.s3.manifest;
