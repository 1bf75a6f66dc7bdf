// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.core.spi.PartitionId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a specimen notes on its own disk: outlives a crash, and not the disk. */
final class TierNotes {
    /** The claim it made last; 0 before the first. */
    long claim;

    final Map<PartitionId, Long> starts = new HashMap<>();
    final Set<PartitionId> deleted = new HashSet<>();
    final Set<PartitionId> aside = new HashSet<>();
}
