// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

import java.util.List;

/**
 * All observations of a run. Lists of placed entries are in the order of reading, which is the order of
 * offsets within a partition.
 *
 * @param attempts all transactions
 * @param acknowledged the acknowledged entries, at the offsets in the acknowledgements
 * @param live the records that a read_committed consumer read during the run
 * @param committed the records that a read_committed consumer reads after the run
 * @param everything the records that a read_uncommitted consumer reads after the run
 * @param cuts last stable offsets read during the run
 * @param offsets committed offsets read between transactions
 */
public record History(
        List<Attempt> attempts,
        List<PlacedEntry> acknowledged,
        List<PlacedEntry> live,
        List<PlacedEntry> committed,
        List<PlacedEntry> everything,
        List<StableOffsets> cuts,
        List<OffsetSeen> offsets) {
    /** Keeps copies of the lists. */
    public History {
        attempts = List.copyOf(attempts);
        acknowledged = List.copyOf(acknowledged);
        live = List.copyOf(live);
        committed = List.copyOf(committed);
        everything = List.copyOf(everything);
        cuts = List.copyOf(cuts);
        offsets = List.copyOf(offsets);
    }
}
