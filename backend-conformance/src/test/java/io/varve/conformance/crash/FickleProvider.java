// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.example.JournalStorageProvider;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;

/** The example with failpoints: one that every run passes, and one that only a dry run passes. */
public class FickleProvider extends JournalStorageProvider {
    static final String SURE = "journal.sure";
    static final String FICKLE = "journal.fickle";

    @Override
    public Storage open(StorageContext context) {
        context.failPoints().hit(SURE);
        if (context.directories().get(0).endsWith("dry")) {
            context.failPoints().hit(FICKLE);
        }
        return super.open(context);
    }

    /** The same as a tier, which has work in the background. */
    public static final class Tiered extends FickleProvider {
        @Override
        public boolean tiers() {
            return true;
        }
    }
}
