// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.example.JournalStorageProvider;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The example with failpoints: one that every run passes, one that a run on an empty directory passes, and
 * one that only a dry run passes.
 */
public class FickleProvider extends JournalStorageProvider {
    static final String SURE = "journal.sure";
    static final String FIRST = "journal.first";
    static final String FICKLE = "journal.fickle";

    @Override
    public Storage open(StorageContext context) {
        context.failPoints().hit(SURE);
        Path directory = context.directories().get(0);
        if (Files.notExists(directory)) {
            context.failPoints().hit(FIRST);
        }
        if (directory.endsWith("dry")) {
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
