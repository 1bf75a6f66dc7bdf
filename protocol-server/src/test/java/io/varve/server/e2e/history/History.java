// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

import java.util.List;

/**
 * Everything known of a run. Lists of placed entries are in the order of reading, so in the order of offsets
 * within a partition.
 *
 * @param attempts all transactions
 * @param acknowledged the entries the server acknowledged, where it said they are
 * @param live what a consumer of committed records was shown while it all happened
 * @param committed what such a consumer is shown in the end
 * @param everything what a consumer of uncommitted records is shown in the end
 * @param cuts last stable offsets, taken while it all happened
 * @param offsets committed offsets, asked for in between
 */
public record History(
        List<Attempt> attempts,
        List<Placed> acknowledged,
        List<Placed> live,
        List<Placed> committed,
        List<Placed> everything,
        List<Cut> cuts,
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
