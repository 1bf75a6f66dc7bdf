// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

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
    private static final String ROOT = "io.varve.file";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            core = io.varve.core
            # com.sun.management counts open files, com.sun.nio.file writes past the page cache.
            # package    | what it may use
            *            | core core.spi core.spi.support core.runtime
            disk         | core.directory com.sun.management com.sun.nio.file
            segment      | disk core.record
            ring         | disk core.record
            partition    | segment ring disk core.directory core.record
            start        | partition segment ring disk core.record
            tool         | start partition segment ring disk core.directory
            .            | start partition disk core.directory
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
