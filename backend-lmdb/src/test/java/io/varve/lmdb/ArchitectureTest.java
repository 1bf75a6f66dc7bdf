// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.MachineCalls;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/**
 * Says what a backend may use: the storage SPI, records as bytes, the runtime and what directories need;
 * never the log's meaning.
 */
class ArchitectureTest {
    private static final String ROOT = "io.varve.lmdb";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            core = io.varve.core
            # package    | what it may use
            .            | core core.spi.. core.record core.directory core.runtime org.lmdbjava..
            """);

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void packagesUseOnlyWhatTheTableNames() {
        PACKAGES.check(MAIN);
    }

    @Test
    void timeThreadsAndRandomnessComeFromTheRuntime() {
        MachineCalls.onlyIn().check(MAIN);
    }
}
