// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.s3.manifest.LocalJournal;
import java.nio.file.Path;
import java.util.List;

/** Opens the journal of this machine. */
interface JournalSource {
    /**
     * @param directories the data directories, which this process has locked
     * @param failPoints hit at each boundary of durability
     * @return the journal; the caller closes it
     */
    LocalJournal open(List<Path> directories, FailPoints failPoints);
}
