// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.VarveException;

/** Reports that compaction was stopped; the segments in progress are unchanged. */
public final class CompactionStoppedException extends VarveException {
    private static final long serialVersionUID = 1L;

    CompactionStoppedException() {
        super("compaction was told to stop", null);
    }
}
