// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.MachineCalls;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/**
 * Says what a backend may use: the storage SPI, records as bytes, the runtime and what directories need;
 * never the log's meaning. Its hot backend it gets through the SPI.
 */
class ArchitectureTest {
    private static final String ROOT = "io.varve.s3";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            core = io.varve.core
            # Only client sees the SDK.
            # package    | what it may use
            *            | core core.spi core.spi.support core.runtime core.record
            client       | software.amazon.awssdk..
            object       | client net.jpountz.. com.github.luben.zstd.. javax.crypto..
            manifest     | client object core.directory
            upload       | client object manifest
            read         | client object manifest
            price        | client
            .            | client object manifest upload read price core.directory
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

    /** Settings of all backends are read at each start, also of those that are not chosen. */
    @Test
    void settingsAreReadWithoutTheSdk() {
        noClasses()
                .that()
                .haveSimpleName("BucketSettings")
                .should()
                .transitivelyDependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(MAIN);
    }
}
