// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.MachineCalls;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/** Checks what this module may use: the server, its configuration and its addresses, and JUnit. */
class ArchitectureTest {
    private static final String ROOT = "io.varve.test";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            server = io.varve.server
            # package | what it may use
            .         | io.varve.core.runtime server server.cluster server.config org.junit.jupiter.api..
                      | org.junit.platform.commons.support..
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
