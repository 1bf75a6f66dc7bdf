// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.List;

/**
 * Says what local retention does with the local copies of a partition's segments.
 *
 * @param dropTo end of the local copies to drop now, exclusive; 0 when none is to be dropped
 * @param fates the fate of the local copy of every segment, oldest first; empty for a partition without a
 *     remote tier
 */
public record LocalPlan(long dropTo, List<LocalFate> fates) {
    /** The plan for a partition without a remote tier. */
    public static final LocalPlan NONE = new LocalPlan(0, List.of());

    /** Copies the list. */
    public LocalPlan {
        fates = List.copyOf(fates);
    }
}
