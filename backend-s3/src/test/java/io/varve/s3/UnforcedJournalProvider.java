// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.s3.manifest.UnforcedJournal;

/** Opens a tier that does not force its journal. */
public final class UnforcedJournalProvider extends HastyS3Provider {
    @Override
    Storage openHasty(StorageContext context) {
        return open(context, UnforcedJournal::open);
    }
}
