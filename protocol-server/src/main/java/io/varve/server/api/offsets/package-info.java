// SPDX-License-Identifier: Apache-2.0
/**
 * Handles the APIs that find offsets in partitions: by timestamp (ListOffsets) and by leader epoch
 * (OffsetForLeaderEpoch).
 */
package io.varve.server.api.offsets;
